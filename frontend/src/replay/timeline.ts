import type { Comment } from "../client/messages";

/**
 * The room's comments on the media clock, in order of (position, number), with one hand: what it
 * passes is due. A comment that is put in behind the hand is not due any more until a jump.
 */
export class Timeline {
  readonly #comments: Comment[] = [];
  #handMs = -1;

  add(comment: Comment): void {
    const place = this.#placeOf(comment.position_ms, comment.number);
    if (this.#comments[place]?.number === comment.number) return;
    this.#comments.splice(place, 0, comment);
  }

  remove(positionMs: number, number: number): void {
    const place = this.#placeOf(positionMs, number);
    if (this.#comments[place]?.number === number) this.#comments.splice(place, 1);
  }

  /** Moves the hand forward and returns what it passed. */
  advance(mediaMs: number): Comment[] {
    const due = this.#between(this.#handMs, mediaMs);
    this.#handMs = Math.max(this.#handMs, mediaMs);
    return due;
  }

  /** Sets the hand anywhere and returns what began within the `lookBackMs` before. */
  jump(mediaMs: number, lookBackMs: number): Comment[] {
    this.#handMs = mediaMs;
    return this.#between(mediaMs - lookBackMs, mediaMs);
  }

  get handMs(): number {
    return this.#handMs;
  }

  /** After `fromMs`, up to and with `uptoMs`. */
  #between(fromMs: number, uptoMs: number): Comment[] {
    const first = this.#placeOf(fromMs, Number.POSITIVE_INFINITY);
    const end = this.#placeOf(uptoMs, Number.POSITIVE_INFINITY);
    return this.#comments.slice(first, Math.max(first, end));
  }

  #placeOf(positionMs: number, number: number): number {
    let low = 0;
    let high = this.#comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#comments[middle];
      const before =
        at !== undefined &&
        (at.position_ms < positionMs || (at.position_ms === positionMs && at.number < number));
      if (before) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
