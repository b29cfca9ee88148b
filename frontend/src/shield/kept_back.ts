import type { Comment } from "../client/messages";
import type { Reason } from "./shield";

export interface KeptBack {
  comment: Comment;
  reason: Reason;
}

const KEPT_MAX = 500;

/** What the shield kept from the viewer, newest first, so that nobody wonders what was hidden. */
export class KeptBackList {
  readonly #all = new Map<number, KeptBack>();

  add(comment: Comment, reason: Reason): void {
    this.#all.delete(comment.number);
    this.#all.set(comment.number, { comment, reason });
    const oldest = this.#all.keys().next().value;
    if (this.#all.size > KEPT_MAX && oldest !== undefined) this.#all.delete(oldest);
  }

  /** A comment that was recalled is no longer shown here either. */
  remove(number: number): void {
    this.#all.delete(number);
  }

  clear(): void {
    this.#all.clear();
  }

  get count(): number {
    return this.#all.size;
  }

  newestFirst(): KeptBack[] {
    return [...this.#all.values()].reverse();
  }
}
