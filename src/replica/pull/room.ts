/** How much of what was fetched may be in memory before it is on the disk. */
/** Whoever holds nothing waits for those who do; whoever holds something goes on, so that nobody waits for ever. */

export class Room {
  readonly #most: number;
  #held = 0;
  readonly #waiting: (() => void)[] = [];

  /** `most`: bytes, which those who go on may exceed by what each of them takes at a time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves when there is room. */
  async enter(): Promise<void> {
    while (this.#held >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  take(bytes: number): void {
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
    if (this.#held < this.#most) for (const go of this.#waiting.splice(0)) go();
  }
}
