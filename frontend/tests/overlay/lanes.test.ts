import { describe, expect, it } from "vitest";
import { MovingLanes, type Passage, StandingLanes } from "../../src/overlay/lanes";

const STAGE_PX = 1_000;

function passage(nowMs: number, widthPx: number, more: Partial<Passage> = {}): Passage {
  return { direction: "left", widthPx, stageWidthPx: STAGE_PX, travelMs: 8_000, nowMs, ...more };
}

/** Where an item's left edge is; it travels the stage and its own width. */
function leftEdgePx({ direction, widthPx, travelMs, nowMs }: Passage, atMs: number): number {
  const wayPx = ((STAGE_PX + widthPx) * (atMs - nowMs)) / travelMs;
  return direction === "left" ? STAGE_PX - wayPx : wayPx - widthPx;
}

function overlap(a: Passage, b: Passage): boolean {
  const fromMs = Math.max(a.nowMs, b.nowMs);
  const untilMs = Math.min(a.nowMs + a.travelMs, b.nowMs + b.travelMs);
  for (let atMs = fromMs; atMs <= untilMs; atMs += 50) {
    const [aLeft, bLeft] = [leftEdgePx(a, atMs), leftEdgePx(b, atMs)];
    if (aLeft + a.widthPx > bLeft + 0.01 && bLeft + b.widthPx > aLeft + 0.01) return true;
  }
  return false;
}

/** A repeatable stream of numbers in [0, 1). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe("moving lanes", () => {
  it("puts a second item under the first while that is entering", () => {
    const lanes = new MovingLanes();

    expect(lanes.take(passage(0, 300), 1, 4)).toBe(0);
    expect(lanes.take(passage(100, 300), 1, 4)).toBe(1);
  });

  it("lets a short item follow a long one only when it cannot catch up", () => {
    const lanes = new MovingLanes();
    lanes.take(passage(0, 100), 1, 2);

    expect(lanes.take(passage(800, 900), 1, 2)).toBe(1);
    expect(lanes.take(passage(1_600, 100), 1, 2)).toBe(0);
  });

  it("has no place when every lane is taken", () => {
    const lanes = new MovingLanes();
    lanes.take(passage(0, 300), 2, 2);

    expect(lanes.take(passage(10, 300), 1, 2)).toBeNull();
  });

  it("keeps directions apart until the lane is empty", () => {
    const lanes = new MovingLanes();
    lanes.take(passage(0, 100), 1, 1);

    expect(lanes.take(passage(7_999, 100, { direction: "right" }), 1, 1)).toBeNull();
    expect(lanes.take(passage(8_000, 100, { direction: "right" }), 1, 1)).toBe(0);
  });

  it("passes under something standing only when no other lane is free", () => {
    const lanes = new MovingLanes();
    const isCovered = (row: number) => row === 0;

    expect(lanes.take(passage(0, 300), 1, 2, isCovered)).toBe(1);
    expect(lanes.take(passage(0, 300), 1, 2, isCovered)).toBe(0);
  });

  it("never lets two items of one lane overlap", () => {
    const chance = chances(7);
    const lanes = new MovingLanes();
    const last = new Map<number, Passage[]>();
    let nowMs = 0;
    for (let count = 0; count < 10_000; count += 1) {
      nowMs += Math.floor(chance() * 200);
      const item = passage(nowMs, 20 + Math.floor(chance() * 900), {
        direction: chance() < 0.8 ? "left" : "right",
        travelMs: chance() < 0.5 ? 8_000 : 5_000,
      });
      const lane = lanes.take(item, 1, 8);
      if (lane === null) continue;
      const before = (last.get(lane) ?? []).filter((each) => each.nowMs + each.travelMs > nowMs);
      for (const earlier of before) expect(overlap(earlier, item)).toBe(false);
      last.set(lane, [...before, item]);
    }
  });
});

describe("standing lanes", () => {
  it("stacks items and gives a lane back when its item goes", () => {
    const lanes = new StandingLanes();

    expect(lanes.take({ nowMs: 0, untilMs: 4_000 }, 1, 2)).toBe(0);
    expect(lanes.take({ nowMs: 0, untilMs: 4_000 }, 1, 2)).toBe(1);
    expect(lanes.take({ nowMs: 0, untilMs: 4_000 }, 1, 2)).toBeNull();
    lanes.free(0, 1);
    expect(lanes.take({ nowMs: 1, untilMs: 4_001 }, 1, 2)).toBe(0);
    expect(lanes.take({ nowMs: 4_000, untilMs: 8_000 }, 1, 2)).toBe(1);
  });

  it("stands where nothing moves as long as there is such a lane", () => {
    const lanes = new StandingLanes();
    const isCrossed = (row: number) => row === 0;

    expect(lanes.take({ nowMs: 0, untilMs: 4_000 }, 1, 2, isCrossed)).toBe(1);
    expect(lanes.take({ nowMs: 0, untilMs: 4_000 }, 1, 2, isCrossed)).toBe(0);
  });

  it("finds room for a large item in lanes that are free together", () => {
    const lanes = new StandingLanes();
    lanes.take({ nowMs: 0, untilMs: 4_000 }, 1, 4);

    expect(lanes.take({ nowMs: 0, untilMs: 4_000 }, 2, 4)).toBe(1);
    expect(lanes.take({ nowMs: 0, untilMs: 4_000 }, 2, 4)).toBeNull();
  });
});
