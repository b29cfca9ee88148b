import { fold } from "./shield";

const KEPT_MAX = 400;

/** Which number flew last with a text, so that an equal one can be counted to it. */
export class Repeats {
  readonly #last = new Map<string, number>();

  /** Returns the number that an equal text last flew with, if any, before noting this one. */
  earlier(text: string, number: number): number | null {
    const key = fold(text);
    const earlier = this.#last.get(key) ?? null;
    if (earlier === null) this.note(text, number);
    return earlier;
  }

  note(text: string, number: number): void {
    const key = fold(text);
    this.#last.delete(key);
    this.#last.set(key, number);
    const oldest = this.#last.keys().next().value;
    if (this.#last.size > KEPT_MAX && oldest !== undefined) this.#last.delete(oldest);
  }
}
