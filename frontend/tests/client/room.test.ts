import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Comment, Entry, RoomState, You } from "../../src/client/messages";
import { Room } from "../../src/client/room";
import { World } from "./world";

const ME: You = { name: "Ann", author: "a1", powers: [], until_ms: null };
const LIVE = { kind: "live", broadcast: { started_ms: 1, ended_ms: null } } as RoomState;

function said(number: number, author = "b2", name = "Bob"): Entry {
  return { kind: "comment", seq: number, number, text: `c${number}`, author, name } as Entry;
}

function recall(seq: number, number: number): Entry {
  return { kind: "recall", seq, number, by: "room", category: null };
}

let world: World;
let room: Room;
let told: string[];

function welcome(you: You | null, state = LIVE): void {
  const rest = { epoch: "e1", top: 0, viewers: 1, heartbeat_ms: 20_000, server_ms: 0 };
  world.line.onopen?.();
  world.line.say({ op: "welcome", state, you, ...rest });
}

function batch(after: number, ...entries: Entry[]): void {
  world.line.say({ op: "entries", after, upto: after + entries.length, entries });
}

/** What comes of a promise while time goes on. */
async function passing<Result>(promise: Promise<Result>): Promise<Result> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  promise.then(over, over);
  while (!isOver) {
    await Promise.resolve();
    world.pass(1_000);
  }
  return promise;
}

beforeEach(() => {
  world = new World();
  told = [];
  room = new Room({ server: "https://here/", room: "demo", token: "dm_1" }, world);
  room.on("comment", ({ number, own }) => told.push(`${own ? "own" : "other"} ${number}`));
  room.on("recall", (number) => told.push(`recall ${number}`));
  room.on("gap", () => told.push("gap"));
});

afterEach(() => vi.unstubAllGlobals());

describe("a room", () => {
  it("tells what is published and recalled, and what the room is", () => {
    welcome(null);
    batch(0, said(1), said(2));
    batch(2, recall(3, 1));

    expect(told).toEqual(["other 1", "other 2", "recall 1"]);
    expect(room.isBroadcasting).toBe(true);
    expect(room.comments().map(({ number }) => number)).toEqual([2]);
    expect(world.line.of("hello")).toEqual([{ op: "hello", token: "dm_1" }]);
  });

  it("goes on after a cut where it was", () => {
    welcome(null);
    batch(0, said(1));
    world.line.onclose?.({ code: 1006 });
    world.pass(20_000);

    world.line.onopen?.();

    expect(world.line.of("hello")).toEqual([{ op: "hello", token: "dm_1", since: 1, epoch: "e1" }]);
  });

  it("says that there is a gap, and forgets what it knew", () => {
    welcome(null);
    batch(0, said(1));
    world.line.say({ op: "reset", epoch: "e1", top: 900, reason: "too_far" });

    expect(told).toEqual(["other 1", "gap"]);
    expect(room.comments()).toEqual([]);
  });

  it("says that there is a gap where comments were skipped, and keeps what it knows", () => {
    welcome(null);
    batch(0, said(1), said(2));
    world.line.say({ op: "skipped", after: 2, upto: 40, entries: [recall(9, 1)] });

    expect(told).toEqual(["other 1", "other 2", "recall 1", "gap"]);
    expect(room.comments().map(({ number }) => number)).toEqual([2]);
  });

  it("says how many a rush has left out, and is not torn by it", () => {
    room.on("leftOut", (count) => told.push(`left out ${count}`));
    welcome(null);
    world.line.say({ op: "entries", after: 0, upto: 9, entries: [said(1)], left_out: 8 });
    batch(9, said(10));

    expect(told).toEqual(["other 1", "left out 8", "other 10"]);
  });

  it("reads the record; what the line said later wins", async () => {
    const lines = [said(1), said(2)].map((each) => `${JSON.stringify(each)}\n`).join("");
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (address: string) => {
      asked.push(address);
      return new Response(lines);
    });
    welcome(null);
    batch(0, recall(3, 1));

    const comments = await room.load();

    expect(comments.map(({ number }) => number)).toEqual([2]);
    expect(asked).toEqual(["https://here/rooms/demo/record.jsonl"]);
  });

  it("says so when the record cannot be read", async () => {
    vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
    world.line.onclose?.({ code: 1006 });

    await expect(room.load()).rejects.toThrow("404");
  });

  it("asks a busy server again, and not for ever", async () => {
    let asked = 0;
    let busy = 2;
    vi.stubGlobal("fetch", async () => {
      asked += 1;
      return asked > busy ? new Response("") : new Response("", { status: 503 });
    });
    welcome(null);

    expect(await passing(room.load())).toEqual([]);
    expect(asked).toBe(3);

    busy = 100;
    await expect(passing(room.load())).rejects.toThrow("503");
    expect(asked).toBe(9);
  });

  it("asks again when the network is away", async () => {
    let asked = 0;
    vi.stubGlobal("fetch", async () => {
      asked += 1;
      if (asked === 1) throw new TypeError("Failed to fetch");
      return new Response("");
    });
    welcome(null);

    expect(await passing(room.load())).toEqual([]);
    expect(asked).toBe(2);
  });

  it("stops telling when it is told to", () => {
    const seen: Comment[] = [];
    const end = room.on("comment", (comment) => seen.push(comment));
    welcome(null);
    end();
    batch(0, said(1));

    expect(seen).toEqual([]);
    expect(told).toEqual(["other 1"]);
  });
});

describe("one's own comments", () => {
  async function sent(): Promise<string> {
    await Promise.resolve();
    return String(world.line.of("send").at(-1)?.id);
  }

  it("are known when the answer comes first", async () => {
    welcome(ME);
    const sending = room.send({ text: "mine" });
    world.line.say({ op: "published", id: await sent(), number: 1, seq: 1 });
    await sending;
    batch(0, said(1, "a1", "Ann"));

    expect(told).toEqual(["own 1"]);
  });

  it("are known when the answer comes last, and others wait for nothing", async () => {
    welcome(ME);
    const sending = room.send({ text: "mine" });
    batch(0, said(1), said(2, "a1", "Ann"), said(3, "a1", "Ann"));
    expect(told).toEqual(["other 1"]);

    world.line.say({ op: "published", id: await sent(), number: 3, seq: 3 });
    await sending;

    expect(told).toEqual(["other 1", "other 2", "own 3"]);
  });

  it("are known before one has an id in the room", async () => {
    welcome({ ...ME, author: null });
    const sending = room.send({ text: "mine" });
    batch(0, said(1, "a1", "Ann"));
    world.line.say({ op: "published", id: await sent(), number: 1, seq: 1 });
    await sending;

    expect(told).toEqual(["own 1"]);
  });

  it("are not told at all when they are recalled while they wait", async () => {
    welcome(ME);
    const sending = room.send({ text: "mine" });
    batch(0, said(1, "a1", "Ann"), recall(2, 1));
    world.line.say({ op: "published", id: await sent(), number: 1, seq: 1 });
    await sending;

    expect(told).toEqual(["recall 1"]);
  });

  it("wait no longer than for a refusal", async () => {
    welcome(ME);
    const sending = room.send({ text: "mine" });
    batch(0, said(1, "a1", "Ann"));
    const about = { text: "", category: null, retry_after_ms: null, until_ms: null };
    world.line.say({ op: "refused", id: await sent(), code: "prohibited", ...about });

    expect((await sending).op).toBe("refused");
    expect(told).toEqual(["other 1"]);
  });
});
