import { beforeEach, describe, expect, it } from "vitest";
import type { Batch, Entry } from "../../src/client/messages";
import { LeftOut, type Rush } from "../../src/page/left_out";
import { World } from "../client/world";

let world: World;
let leftOut: LeftOut;
let told: (Rush | null)[];

function batch(shown: number, lacks?: number): Batch {
  const comments = Array.from({ length: shown }, () => ({ kind: "comment" }) as Entry);
  const entries = [...comments, { kind: "recall" } as Entry];
  return { op: "entries", after: 0, upto: 1, entries, ...(lacks ? { left_out: lacks } : {}) };
}

beforeEach(() => {
  world = new World();
  told = [];
  leftOut = new LeftOut((rush) => told.push(rush), world.after.bind(world));
});

describe("what a rush leaves out", () => {
  it("is not spoken of while everything is shown", () => {
    leftOut.take(batch(5));

    expect(told).toEqual([]);
  });

  it("is told at once and then about once a second", () => {
    for (const lacks of [4, 6, 8]) leftOut.take(batch(2, lacks));
    world.pass(1_000);

    expect(told).toEqual([
      { shown: 2, of: 6 },
      { shown: 6, of: 24 },
    ]);
  });

  it("is over when nothing was left out for some seconds", () => {
    leftOut.take(batch(2, 4));
    world.pass(4_000);
    leftOut.take(batch(1));
    world.pass(2_000);
    leftOut.take(batch(1));
    world.pass(2_000);

    expect(told.at(-1)).toBeNull();
    leftOut.take(batch(3, 1));
    expect(told.at(-1)).toEqual({ shown: 3, of: 4 });
  });
});
