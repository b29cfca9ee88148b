import { describe, expect, it } from "vitest";
import type { Comment } from "../../src/client/messages";
import { fliesOnArrival } from "../../src/replay/flight_rule";
import { SEGMENT_MS, type Segment, Segments } from "../../src/replay/segments";
import { Timeline } from "../../src/replay/timeline";

function comment(number: number, positionMs: number, more: Partial<Comment> = {}): Comment {
  return {
    number,
    position_ms: positionMs,
    at_ms: 0,
    late: false,
    imported: false,
    ...more,
  } as Comment;
}

const numbersOf = (comments: Comment[]) => comments.map(({ number }) => number);

describe("the timeline", () => {
  it("gives each comment once, in order of media time and then of number", () => {
    const timeline = new Timeline();
    for (const [number, position] of [
      [3, 500],
      [1, 500],
      [2, 0],
      [4, 900],
    ] as const) {
      timeline.add(comment(number, position));
    }

    expect(numbersOf(timeline.advance(600))).toEqual([2, 1, 3]);
    expect(numbersOf(timeline.advance(600))).toEqual([]);
    expect(numbersOf(timeline.advance(900))).toEqual([4]);
  });

  it("holds a comment once, however often it comes", () => {
    const timeline = new Timeline();
    timeline.add(comment(1, 10));
    timeline.add(comment(1, 10));

    expect(numbersOf(timeline.advance(20))).toEqual([1]);
  });

  it("gives after a jump what would be on its way", () => {
    const timeline = new Timeline();
    for (const position of [0, 5_000, 9_000, 12_000]) timeline.add(comment(position, position));

    expect(numbersOf(timeline.jump(10_000, 8_000))).toEqual([5_000, 9_000]);
    expect(numbersOf(timeline.advance(12_000))).toEqual([12_000]);
    expect(numbersOf(timeline.jump(0, 8_000))).toEqual([0]);
  });

  it("forgets a recalled comment", () => {
    const timeline = new Timeline();
    timeline.add(comment(1, 10));
    timeline.remove(10, 1);

    expect(timeline.advance(20)).toEqual([]);
  });
});

describe("segments", () => {
  it("are read once, and the next one shortly before it is needed", async () => {
    const asked: number[] = [];
    const segments = new Segments(
      async (index) => {
        asked.push(index);
        return { index, comments: [] };
      },
      () => {},
    );
    segments.want(1_000, 0);
    segments.want(2_000, 100);
    segments.want(SEGMENT_MS - 30_000, 200);

    expect(asked).toEqual([0, 1]);
  });

  it("are asked for again a while after a failure", async () => {
    const arrived: Segment[] = [];
    let fails = true;
    const read = async (index: number) => {
      if (fails) throw new Error("offline");
      return { index, comments: [] };
    };
    const segments = new Segments(read, (segment) => arrived.push(segment));
    segments.want(0, 0);
    await Promise.resolve();
    await Promise.resolve();
    fails = false;
    segments.want(0, 1_000);
    segments.want(0, 5_000);
    await Promise.resolve();

    expect(arrived).toEqual([{ index: 0, comments: [] }]);
  });
});

describe("flying on arrival", () => {
  const video = { broadcasting: false, mediaMs: 10_000, serverMs: 1_000 };
  const live = { broadcasting: true, mediaMs: 0, serverMs: 10_000 };

  it.each([
    ["just passed", comment(1, 9_000), video, true],
    ["long passed", comment(1, 6_999), video, false],
    ["still to come", comment(1, 10_001), video, false],
    ["fresh in a broadcast", comment(1, 0, { at_ms: 9_000 }), live, true],
    ["caught up in a broadcast", comment(1, 0, { at_ms: 4_000 }), live, false],
    ["approved late", comment(1, 0, { at_ms: 9_000, late: true }), live, false],
    ["imported", comment(1, 9_500, { imported: true }), video, false],
  ])("%s", (_case, arrived, moment, flies) => {
    expect(fliesOnArrival(arrived, moment)).toBe(flies);
  });
});
