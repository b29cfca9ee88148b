import type { Answer, Comment } from "./messages";

/** A comment, and whether this client sent it: a page that has drawn it already need not again. */
export interface Heard extends Comment {
  own: boolean;
}

/**
 * Tells one's own comments from others'. The stream may bring a comment before its answer says
 * which it is; so while anything is unanswered, what is by the same person waits, and no longer.
 */
export class Echoes {
  readonly #tell: (heard: Heard) => void;
  readonly #own = new Set<number>();
  #waiting: Comment[] = [];
  #unanswered = 0;

  constructor(tell: (heard: Heard) => void) {
    this.#tell = tell;
  }

  /** Follows one send until it is answered. */
  async follow(sending: Promise<Answer>): Promise<Answer> {
    this.#unanswered += 1;
    const answer = await sending;
    this.#unanswered -= 1;
    if (answer.op === "published") this.#own.add(answer.number);
    const waited = this.#waiting;
    this.#waiting = [];
    for (const comment of waited) this.take(comment, true);
    return answer;
  }

  take(comment: Comment, isByMe: boolean): void {
    if (isByMe && this.#unanswered > 0 && !this.#own.has(comment.number)) {
      this.#waiting.push(comment);
      return;
    }
    this.#tell({ ...comment, own: this.#own.delete(comment.number) });
  }

  /** It was recalled before it was told. */
  drop(number: number): void {
    this.#waiting = this.#waiting.filter((comment) => comment.number !== number);
  }

  /** The stream has a hole: what is missing will not come. */
  clear(): void {
    this.#own.clear();
    this.#waiting = [];
  }
}
