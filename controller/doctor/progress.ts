interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** One line on a terminal that says what is still being looked at; nothing elsewhere. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #waiting = new Set<string>();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  async watch<T>(subject: string, work: Promise<T>): Promise<T> {
    this.#waiting.add(subject);
    this.#show();
    try {
      return await work;
    } finally {
      this.#waiting.delete(subject);
      this.#show();
    }
  }

  end(): void {
    this.#line('');
  }

  #show(): void {
    const subjects = [...this.#waiting].join(', ');
    this.#line(subjects === '' ? '' : `looking at: ${subjects}`);
  }

  #line(text: string): void {
    if (this.#terminal.isTTY === true) this.#terminal.write(`\r${text}\u001b[K`);
  }
}
