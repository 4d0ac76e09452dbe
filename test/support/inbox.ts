interface Waiting<T> {
  readonly wanted: (item: T) => boolean;
  readonly give: (item: T) => void;
}

/** What has happened, in order, for tests that await the next thing instead of sleeping. */
export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #waiting: Waiting<T>[] = [];

  put(item: T): void {
    const index = this.#waiting.findIndex(({ wanted }) => wanted(item));
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (waiting === undefined) this.#items.push(item);
    else waiting.give(item);
  }

  /** The oldest item not yet taken that is `wanted`; items passed over stay. Waits as long as the test may. */
  next(wanted: (item: T) => boolean = () => true): Promise<T> {
    const index = this.#items.findIndex(wanted);
    const [item] = index < 0 ? [] : this.#items.splice(index, 1);
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => {
      this.#waiting.push({ wanted, give: resolve });
    });
  }

  /** Items not yet taken. */
  get left(): readonly T[] {
    return this.#items;
  }
}
