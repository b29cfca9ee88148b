/** The screen's time: runs with the video's rate and stands while the video does. */
export class ScreenClock {
  #baseMs = 0;
  #sinceMs: number | null = null;
  #rate = 1;
  readonly #realMs: () => number;

  constructor(realMs: () => number) {
    this.#realMs = realMs;
  }

  get nowMs(): number {
    return this.#sinceMs === null
      ? this.#baseMs
      : this.#baseMs + (this.#realMs() - this.#sinceMs) * this.#rate;
  }

  get running(): boolean {
    return this.#sinceMs !== null;
  }

  get rate(): number {
    return this.#rate;
  }

  run(): void {
    this.#sinceMs ??= this.#realMs();
  }

  stand(): void {
    this.#baseMs = this.nowMs;
    this.#sinceMs = null;
  }

  setRate(rate: number): void {
    this.#baseMs = this.nowMs;
    if (this.#sinceMs !== null) this.#sinceMs = this.#realMs();
    this.#rate = rate;
  }
}
