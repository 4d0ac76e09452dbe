interface MailboxParts<Letter> {
  /** One turn. */
  readonly take: (letter: Letter) => void;
  /** What others see of it; they are told of a change once no letter is left. */
  readonly shown: () => object | undefined;
  readonly onChange: () => void;
}

/** The single ordering point of one thing: what is posted in the middle of a turn has a turn of its own after it. */
export class Mailbox<Letter> {
  readonly #parts: MailboxParts<Letter>;
  readonly #letters: Letter[] = [];
  #draining = false;

  constructor(parts: MailboxParts<Letter>) {
    this.#parts = parts;
  }

  post(letter: Letter): void {
    this.#letters.push(letter);
    if (this.#draining) return;
    this.#draining = true;
    const { take, shown, onChange } = this.#parts;
    const before = JSON.stringify(shown());
    try {
      for (let next = this.#letters.shift(); next !== undefined; next = this.#letters.shift()) take(next);
    } finally {
      this.#draining = false;
    }
    if (JSON.stringify(shown()) !== before) onChange();
  }
}
