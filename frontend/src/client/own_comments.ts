import type { Batch, Comment } from "./messages";

/**
 * One's own comments that a thinned batch leaves out for everybody: each comes before the batch
 * that it belongs to, and is put into it, so that nobody else needs to know that it came apart.
 */
export class OwnComments {
  #waiting: Comment[] = [];

  add(comment: Comment): void {
    this.#waiting.push(comment);
  }

  /** The batch with what of it has come apart. */
  completed(batch: Batch): Batch {
    const there = new Set(batch.entries.map(({ seq }) => seq));
    const mine = this.#waiting.filter(
      ({ seq }) => seq > batch.after && seq <= batch.upto && !there.has(seq),
    );
    this.#waiting = this.#waiting.filter(({ seq }) => seq > batch.upto);
    if (mine.length === 0) return batch;
    const entries = [
      ...batch.entries,
      ...mine.map((each) => ({ kind: "comment" as const, ...each })),
    ];
    entries.sort((one, other) => one.seq - other.seq);
    return { ...batch, entries, left_out: Math.max(0, (batch.left_out ?? 0) - mine.length) };
  }

  clear(): void {
    this.#waiting = [];
  }
}
