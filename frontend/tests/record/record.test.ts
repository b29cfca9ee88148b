import { describe, expect, it } from "vitest";
import type { Entry, Shown } from "../../src/client/messages";
import { RoomRecord } from "../../src/record/record";

type CommentEntry = Extract<Shown, { kind: "comment" }>;

function comment(seq: number, number: number, text = `c${number}`): CommentEntry {
  return {
    kind: "comment",
    seq,
    number,
    at_ms: seq,
    position_ms: number * 100,
    mode: "scroll",
    color: 0xffffff,
    size: 25,
    text,
    author: "a",
    name: "Ann",
    late: false,
    imported: false,
  };
}

function recall(seq: number, number: number): Entry {
  return { kind: "recall", seq, number, by: "author", category: null };
}

describe("the fold", () => {
  it("leaves a marker in the place of a recalled comment", () => {
    const record = new RoomRecord();
    const changes = record.apply([comment(1, 1), recall(2, 1)]);

    expect(changes.map(({ what }) => what)).toEqual(["published", "recalled"]);
    expect(record.all()).toEqual([
      {
        kind: "marker",
        seq: 2,
        number: 1,
        at_ms: 1,
        position_ms: 100,
        by: "author",
        category: null,
      },
    ]);
  });

  it("brings a restored comment back to its number", () => {
    const record = new RoomRecord();
    record.apply([comment(1, 1), comment(2, 2), recall(3, 1)]);
    record.apply([{ ...comment(4, 1), kind: "restore" }]);

    expect(record.all().map(({ kind, number }) => [kind, number])).toEqual([
      ["comment", 1],
      ["comment", 2],
    ]);
  });

  it("does not let a stale copy bring a recalled comment back", () => {
    const record = new RoomRecord();
    record.apply([recall(9, 1)]);
    record.seed([comment(1, 1)]);

    expect(record.get(1)).toBeUndefined();
  });

  it("takes what a page shows only where it knows nothing newer", () => {
    const record = new RoomRecord();
    record.apply([comment(1, 1), recall(5, 1)]);
    record.seed([comment(1, 1), comment(2, 2)]);

    expect(record.all().map(({ kind }) => kind)).toEqual(["marker", "comment"]);
  });

  it("ignores entries of a kind it does not know", () => {
    const record = new RoomRecord();
    const unknown = { kind: "poll", seq: 3 } as unknown as Entry;

    expect(record.apply([unknown])).toEqual([]);
  });

  it("ends the same whichever part came by page and which by stream", () => {
    const entries: Entry[] = [
      comment(1, 1),
      comment(2, 2),
      recall(3, 1),
      comment(4, 3),
      recall(5, 3),
    ];
    const whole = new RoomRecord();
    whole.apply(entries);
    for (let cut = 0; cut <= entries.length; cut += 1) {
      const before = new RoomRecord();
      before.apply(entries.slice(0, cut));
      const joined = new RoomRecord();
      joined.seed(before.all());
      joined.apply(entries.slice(cut));
      expect(joined.all()).toEqual(whole.all());
    }
  });
});
