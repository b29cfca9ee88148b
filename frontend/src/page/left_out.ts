import type { Batch } from "../client/messages";

/** A rush is over when nothing has been left out for so long. */
const QUIET_MS = 5_000;
/** A line that changes with each batch cannot be read. */
const RENEW_MS = 1_000;

export interface Rush {
  shown: number;
  /** How many there were; those that were not shown live are in the list. */
  of: number;
}

/** Counts what a rush showed live and what it left out, for as long as the rush goes on. */
export class LeftOut {
  readonly #tell: (rush: Rush | null) => void;
  readonly #after: (ms: number, run: () => void) => () => void;
  #rush: Rush | null = null;
  #due = false;
  #cancelEnd = () => {};

  /** `tell` is given the count about once a second, and null when the rush is over. */
  constructor(
    tell: (rush: Rush | null) => void,
    after: (ms: number, run: () => void) => () => void,
  ) {
    this.#tell = tell;
    this.#after = after;
  }

  take({ entries, left_out = 0 }: Batch): void {
    if (left_out === 0 && !this.#rush) return;
    const shown = entries.filter(({ kind }) => kind === "comment").length;
    const { shown: before, of } = this.#rush ?? { shown: 0, of: 0 };
    this.#rush = { shown: before + shown, of: of + shown + left_out };
    if (left_out > 0) this.#goOn();
    this.#renew();
  }

  #goOn(): void {
    this.#cancelEnd();
    this.#cancelEnd = this.#after(QUIET_MS, () => {
      this.#rush = null;
      this.#tell(null);
    });
  }

  #renew(): void {
    if (this.#due) return;
    this.#due = true;
    this.#tell(this.#rush);
    this.#after(RENEW_MS, () => {
      this.#due = false;
      if (this.#rush) this.#tell(this.#rush);
    });
  }
}
