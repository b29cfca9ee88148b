/**
 * How long to wait before the next attempt: full jitter, so that a crowd that lost one server
 * does not come back as one wave.
 */
export class Backoff {
  #attempts = 0;
  readonly #firstMs: number;
  readonly #mostMs: number;

  constructor(firstMs: number, mostMs: number) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
  }

  /** `random` is drawn evenly from [0, 1). */
  nextMs(random: number): number {
    const ceilingMs = Math.min(this.#mostMs, this.#firstMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 16);
    return Math.round(ceilingMs * random);
  }

  succeeded(): void {
    this.#attempts = 0;
  }
}
