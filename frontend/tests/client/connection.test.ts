import { beforeEach, describe, expect, it } from "vitest";
import { Connection } from "../../src/client/connection";
import type { Batch, Draft, Entry, RoomState } from "../../src/client/messages";
import { World } from "./world";

const DRAFT: Draft = {
  text: "hello",
  position_ms: 1_000,
  mode: "scroll",
  color: 0xffffff,
  size: 25,
  latency_ms: 0,
};

function welcome(top: number): object {
  const state = { mode: "machine" } as RoomState;
  return { op: "welcome", epoch: "e1", top, state, you: null, viewers: 1, heartbeat_ms: 20_000 };
}

function comment(seq: number): Entry {
  return { kind: "comment", seq, number: seq, text: `c${seq}` } as Entry;
}

function batch(after: number, upto: number): Batch {
  return { op: "entries", after, upto, entries: [comment(upto)] };
}

let world: World;
let connection: Connection;
let batches: Batch[];

function join(top = 10): void {
  world.line.onopen?.();
  world.line.say(welcome(top));
}

beforeEach(() => {
  world = new World();
  batches = [];
  const place = { url: "ws://here/live", token: null, since: 10, epoch: "e1" };
  connection = new Connection(place, world);
  connection.events.on("batch", (each) => batches.push(each));
  connection.start();
});

describe("powers that end by themselves", () => {
  const you = (untilMs: number | null) => ({ name: "Tom", powers: [], until_ms: untilMs });

  it("are asked for anew when their time is over", () => {
    world.line.onopen?.();
    const now = Date.now();
    world.line.say({ ...welcome(10), server_ms: now, you: you(now + 3_000) });
    world.line.say(batch(10, 12));

    world.pass(2_900);
    expect(world.lines).toHaveLength(1);
    world.pass(300);
    world.line.onopen?.();
    expect(world.lines).toHaveLength(2);
    expect(world.line.sent[0]).toMatchObject({ since: 12 });
  });

  it("are left alone once they have been renewed", () => {
    world.line.onopen?.();
    const now = Date.now();
    world.line.say({ ...welcome(10), server_ms: now, you: you(now + 3_000) });
    world.line.say({ op: "you", you: you(null) });

    world.pass(4_000);
    expect(world.lines).toHaveLength(1);
  });
});

describe("joining", () => {
  it("says hello from the page's position", () => {
    join();

    expect(world.line.sent).toEqual([{ op: "hello", since: 10, epoch: "e1" }]);
  });

  it("comes back at the position it reached", () => {
    join();
    world.line.say(batch(10, 12));
    world.line.onclose?.({ code: 1006 });
    world.pass(250);
    world.line.onopen?.();

    expect(world.lines).toHaveLength(2);
    expect(world.line.sent[0]).toMatchObject({ since: 12 });
  });

  it("joins anew at a hole instead of showing what comes after it", () => {
    join();
    world.line.say(batch(11, 12));
    const first = world.lines[0];
    world.pass(250);
    world.line.onopen?.();

    expect(batches).toEqual([]);
    expect(first?.closed).toBe(true);
    expect(world.line.sent[0]).toMatchObject({ since: 10 });
  });

  it("goes on from the top after a reset", () => {
    const tops: number[] = [];
    connection.events.on("reset", ({ top }) => tops.push(top));
    join();
    world.line.say({ op: "reset", epoch: "e2", top: 90, reason: "epoch" });
    world.line.say(batch(90, 91));

    expect(tops).toEqual([90]);
    expect(batches.map(({ upto }) => upto)).toEqual([91]);
  });

  it("puts an own comment that others are not shown into the batch that lacks it", () => {
    join();
    world.line.say({ op: "own", entry: comment(11) });
    world.line.say({ ...batch(10, 13), left_out: 2 });
    world.line.say(batch(13, 14));

    expect(batches.map(({ entries }) => entries.map(({ seq }) => seq))).toEqual([[11, 13], [14]]);
    expect(batches.map(({ left_out }) => left_out)).toEqual([1, undefined]);
  });

  it("takes a skipped range for its new position", () => {
    join();
    world.line.say({ op: "skipped", after: 10, upto: 40, entries: [] });
    world.line.say(batch(40, 41));

    expect(batches.map(({ upto }) => upto)).toEqual([40, 41]);
  });
});

describe("coming back", () => {
  it("waits as long as a leaving server asks", () => {
    join();
    world.line.say({ op: "bye", code: "draining", retry_min_ms: 2_000, retry_max_ms: 6_000 });
    world.line.onclose?.({ code: 1012 });
    world.pass(3_999);
    expect(world.lines).toHaveLength(1);

    world.pass(1);
    expect(world.lines).toHaveLength(2);
  });

  it("waits as long again if nobody is there yet, and no longer so once it was welcomed", () => {
    const waits: number[] = [];
    connection.events.on("state", ({ state, retryMs }) => {
      if (state === "waiting") waits.push(retryMs);
    });
    join();
    world.line.say({ op: "bye", code: "draining", retry_min_ms: 2_000, retry_max_ms: 6_000 });
    for (const code of [1012, 1006, 1006]) {
      world.line.onclose?.({ code });
      world.pass(4_000);
    }
    join();
    world.line.onclose?.({ code: 1006 });

    expect(waits).toEqual([4_000, 4_000, 4_000, 250]);
  });

  it("waits longer after each failure", () => {
    const waits: number[] = [];
    connection.events.on("state", ({ state, retryMs }) => {
      if (state === "waiting") waits.push(retryMs);
    });
    for (let turn = 0; turn < 4; turn += 1) {
      world.line.onclose?.({ code: 1006 });
      world.pass(20_000);
    }

    expect(waits).toEqual([250, 500, 1_000, 2_000]);
  });

  it.each([4400, 4401, 4404, 1009])("stays away after close %i", (code) => {
    join();
    world.line.onclose?.({ code });
    world.pass(600_000);

    expect(world.lines).toHaveLength(1);
  });

  it("asks a silent socket for a sign of life and then gives it up", () => {
    join();
    world.pass(30_000);
    expect(world.line.of("ping")).toHaveLength(1);

    world.pass(20_250);
    expect(world.lines).toHaveLength(2);
  });
});

describe("asking", () => {
  it("answers a send with what the server says", async () => {
    join();
    const answer = connection.send("c-1", DRAFT);
    world.line.say({ op: "published", id: "c-1", number: 7, seq: 11 });

    expect(await answer).toMatchObject({ op: "published", number: 7 });
    expect(world.line.of("send")).toEqual([{ op: "send", id: "c-1", ...DRAFT }]);
  });

  it("asks again under the same id on the next socket", async () => {
    join();
    const answer = connection.send("c-1", DRAFT);
    world.line.onclose?.({ code: 1006 });
    world.pass(250);
    join();
    world.line.say({ op: "published", id: "c-1", number: 7, seq: 11 });

    expect(world.line.of("send").map(({ id }) => id)).toEqual(["c-1"]);
    expect(await answer).toMatchObject({ op: "published" });
  });

  it("asks again when the outcome is not known", () => {
    join();
    void connection.send("c-1", DRAFT);
    world.line.say({ op: "refused", id: "c-1", code: "unknown" });
    world.pass(1_000);

    expect(world.line.of("send").map(({ id }) => id)).toEqual(["c-1", "c-1"]);
  });

  it("gives a refusal that stands back at once", async () => {
    join();
    const answer = connection.send("c-1", DRAFT);
    world.line.say({ op: "refused", id: "c-1", code: "rate_limited", retry_after_ms: 900 });

    expect(await answer).toMatchObject({ code: "rate_limited", retry_after_ms: 900 });
  });

  it("calls the outcome unknown when nobody answers", async () => {
    join();
    const answer = connection.send("c-1", DRAFT);
    world.pass(30_000);

    expect(await answer).toMatchObject({ op: "refused", code: "unknown" });
  });

  it("sits out a disk that takes three seconds for a sync", async () => {
    join();
    const answer = connection.send("c-1", DRAFT);
    for (let asked = 1; asked <= 8; asked += 1) {
      expect(world.line.of("send")).toHaveLength(asked);
      world.pass(2_000);
      world.line.say({ op: "refused", id: "c-1", code: "unknown" });
      world.pass(1_000);
    }
    world.line.say({ op: "published", id: "c-1", number: 7, seq: 11 });

    expect(await answer).toMatchObject({ op: "published", number: 7 });
  });
});
