import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Entry, RoomState } from "../../src/client/messages";
import { type ArtplayerItem, forArtplayer } from "../../src/client/players/artplayer";
import { type DanmakuItem, forDanmaku } from "../../src/client/players/danmaku";
import { forDanmuJs } from "../../src/client/players/danmujs";
import { type DPlayerItem, forDPlayer } from "../../src/client/players/dplayer";
import { forNPlayer } from "../../src/client/players/nplayer";
import { Room } from "../../src/client/room";
import { World } from "./world";

const VIDEO = { kind: "video", broadcast: null } as unknown as RoomState;

function said(number: number, seq = number): Entry {
  const place = { position_ms: number * 1_000, mode: "scroll", color: 255, size: 25 };
  return {
    kind: "comment",
    seq,
    number,
    text: `c${number}`,
    author: "b2",
    name: "Bob",
    ...place,
  } as Entry;
}

function recall(seq: number, number: number): Entry {
  return { kind: "recall", seq, number, by: "room", category: null };
}

/** As much of DPlayer's list of comments as the adapter uses, with a video at 1.5 s. */
class Danmaku {
  dan: DPlayerItem[] = [];
  danIndex = 0;
  draw(): void {}
  clear(): void {}
  seek(): void {
    const next = this.dan.findIndex(({ time }) => time >= 1.5);
    this.danIndex = next < 0 ? this.dan.length : next;
  }
}

let world: World;
let room: Room;
let reads: number;

/** Lets all that waits for nothing but its turn go on. */
async function settled(): Promise<void> {
  await new Promise((go) => setTimeout(go));
}

function batch(after: number, ...entries: Entry[]): void {
  world.line.say({ op: "entries", after, upto: after + entries.length, entries });
}

beforeEach(() => {
  world = new World();
  reads = 0;
  vi.stubGlobal("fetch", async () => {
    reads += 1;
    return new Response([said(1), said(2)].map((each) => `${JSON.stringify(each)}\n`).join(""));
  });
  room = new Room({ server: "https://here", room: "demo", token: "dm_1" }, world);
  const rest = { epoch: "e1", top: 2, viewers: 1, heartbeat_ms: 20_000, server_ms: 0 };
  world.line.onopen?.();
  world.line.say({ op: "welcome", state: VIDEO, you: null, ...rest });
});

describe("players", () => {
  it("of every kind go on where the record cannot be read, and the room says so", async () => {
    const unread: unknown[] = [];
    const unheard: unknown[] = [];
    const note = (fault: unknown) => unheard.push(fault);
    process.on("unhandledRejection", note);
    vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
    room.on("unread", (fault) => unread.push(fault));
    const shown: string[] = [];
    const { options, attach } = forArtplayer(room);
    const load = () => options.danmuku();
    attach({
      plugins: {
        artplayerPluginDanmuku: { emit: ({ text }: ArtplayerItem) => shown.push(text), load },
      },
    });
    forDPlayer(room).attach({ danmaku: new Danmaku() });
    forDanmaku(room).attach({ comments: [], emit: ({ text }) => shown.push(text) });
    forDanmuJs(room).attach({
      sendComment: ({ txt }) => shown.push(txt),
      removeComment: () => {},
      updateComments: () => {},
    });
    forNPlayer(room).attach({
      currentTime: 0,
      danmaku: {
        getItems: () => [],
        resetItems: () => {},
        send: ({ text }) => shown.push(text),
        clearScreen: () => {},
      },
      on: () => {},
    });
    world.line.say({ op: "skipped", after: 2, upto: 40, entries: [] });
    await settled();
    batch(40, said(41));
    await settled();
    process.off("unhandledRejection", note);

    expect(unheard).toEqual([]);
    expect(unread.length).toBe(8); // three at the beginning, five at the gap
    expect(shown).toEqual(Array(4).fill("c41"));
  });

  it("of ArtPlayer's kind are given what stands after a recall, without reading it anew", async () => {
    const bridge = forArtplayer(room);
    let shown: ArtplayerItem[] = [];
    const load = async () => {
      shown = await bridge.options.danmuku();
    };
    await load();
    bridge.attach({ plugins: { artplayerPluginDanmuku: { emit: () => {}, load } } });
    vi.stubGlobal("fetch", async () => new Response("", { status: 503 }));
    batch(2, recall(3, 1));
    await settled();

    expect(shown.map(({ text }) => text)).toEqual(["c2"]);
    expect(reads).toBe(1);
  });

  it("of DPlayer's kind go on at the video's place after a gap", async () => {
    const danmaku = new Danmaku();
    forDPlayer(room).attach({ danmaku });
    world.line.say({ op: "skipped", after: 2, upto: 40, entries: [] });
    await settled();

    expect(danmaku.dan.length).toBe(2);
    expect(danmaku.danIndex).toBe(1);
  });

  it("of DPlayer's kind lose one's own comment, too, when it is recalled", async () => {
    const { options, attach } = forDPlayer(room);
    attach({ danmaku: new Danmaku() });
    const data: DPlayerItem = { text: "mine", color: 255, type: 0, time: 1, author: "" };
    options.apiBackend.send({ data, success: () => {}, error: () => {} });
    const id = String(world.line.of("send").at(-1)?.id);
    world.line.say({ op: "published", id, number: 3, seq: 3 });
    await settled();
    batch(2, said(3), recall(4, 3));

    expect(data.text).toBe("");
  });

  it("of danmaku's kind leave what is not the room's alone", async () => {
    const page = { text: "the page's own", mode: "top" } as DanmakuItem;
    const engine = { comments: [page], emit: () => {} };
    forDanmaku(room).attach(engine);
    await settled();
    batch(2, recall(3, 99));

    expect(page.text).toBe("the page's own");
  });
});
