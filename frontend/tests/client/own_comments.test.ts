import { describe, expect, it } from "vitest";
import type { Batch, Comment, Entry } from "../../src/client/messages";
import { OwnComments } from "../../src/client/own_comments";

function comment(seq: number): Comment {
  return { seq, number: seq, text: `c${seq}` } as Comment;
}

function batch(after: number, upto: number, seqs: number[], leftOut?: number): Batch {
  const entries = seqs.map((seq) => ({ kind: "comment", ...comment(seq) }) as Entry);
  return { op: "entries", after, upto, entries, ...(leftOut ? { left_out: leftOut } : {}) };
}

function seqs({ entries }: Batch): number[] {
  return entries.map(({ seq }) => seq);
}

describe("one's own comments that a batch leaves out", () => {
  it("stand in that batch at their place, and count as shown", () => {
    const own = new OwnComments();
    own.add(comment(13));
    own.add(comment(17));

    const first = own.completed(batch(10, 15, [11, 15], 3));
    const second = own.completed(batch(15, 20, [], 5));

    expect([seqs(first), first.left_out]).toEqual([[11, 13, 15], 2]);
    expect([seqs(second), second.left_out]).toEqual([[17], 4]);
  });

  it("stand once in a batch that has them", () => {
    const own = new OwnComments();
    own.add(comment(11));

    expect(seqs(own.completed(batch(10, 12, [11, 12])))).toEqual([11, 12]);
    expect(seqs(own.completed(batch(12, 13, [13])))).toEqual([13]);
  });

  it("are forgotten with the life of the record that they belong to", () => {
    const own = new OwnComments();
    own.add(comment(11));
    own.clear();

    expect(seqs(own.completed(batch(10, 12, [])))).toEqual([]);
  });
});
