import { type Change, RoomRecord } from "../record/record";
import { isBroadcasting } from "../replay/flight_rule";
import { browser } from "./browser";
import { Connection, type ConnectionEvents, type Surroundings } from "./connection";
import { Echoes, type Heard } from "./echoes";
import { Events } from "./events";
import { freshId } from "./ids";
import type { Answer, Comment, Draft, RoomState, Shown, You } from "./messages";
import { textAt } from "./reading";

export interface RoomOptions {
  /** Address of the server, such as `https://danmaku.example`. */
  server: string;
  room: string;
  /** Whose comments are sent; without one the room is read as a guest. */
  token?: string;
}

export interface RoomEvents {
  /** A comment that has just been published. */
  comment: Heard;
  /** The comment of this number is to be seen no more. */
  recall: number;
  /** A recalled comment is back. */
  restore: Comment;
  /** More was missed than the server says again: `load` what there is now. */
  gap: undefined;
  /** So many of the comments that were just published are not told, in a rush: `load` has them. */
  leftOut: number;
  /** The record could not be read, and why; what comes from now on is told all the same. */
  unread: unknown;
  /** The room's title, limits or broadcast changed. */
  room: RoomState;
  viewers: number;
  /** Of the line: `waiting` says for how long, `ended` that it will not come back. */
  state: ConnectionEvents["state"];
}

const WHITE = 0xffffff;
const PLAIN: Omit<Draft, "text"> = {
  position_ms: 0,
  mode: "scroll",
  color: WHITE,
  size: 25,
  latency_ms: 0,
};

/**
 * A room as another page or program uses it: its comments of now, what becomes of them, and a way
 * to add to them. The line comes back by itself, and nothing is told twice or left out unsaid.
 */
export class Room {
  readonly id: string;
  readonly #server: string;
  readonly #events = new Events<RoomEvents>();
  readonly #connection: Connection;
  readonly #surroundings: Surroundings;
  readonly #echoes = new Echoes((heard) => this.#events.emit("comment", heard));
  /** The server has said what the room is, or cannot be asked. */
  readonly #met: Promise<void>;
  #record = new RoomRecord();
  #state: RoomState | null = null;
  #you: You | null = null;

  constructor({ server, room, token }: RoomOptions, surroundings: Surroundings = browser) {
    this.id = room;
    this.#server = server.replace(/\/+$/, "");
    this.#surroundings = surroundings;
    const url = `${this.#server.replace(/^http/, "ws")}/rooms/${encodeURIComponent(room)}/live`;
    const place = { url, token: token ?? null, since: null, epoch: null };
    this.#connection = new Connection(place, surroundings);
    this.#listen();
    this.#met = new Promise((met) => {
      this.on("state", ({ state }) => state !== "connecting" && met());
    });
    this.#connection.start();
  }

  /** Has `listener` called with what happens; returns what ends that. */
  on<Name extends keyof RoomEvents>(
    name: Name,
    listener: (payload: RoomEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** What the room is; null before the first welcome. */
  get state(): RoomState | null {
    return this.#state;
  }

  /** Whether a broadcast runs: then a comment belongs to now, else to its place in the video. */
  get isBroadcasting(): boolean {
    return this.#state !== null && isBroadcasting(this.#state);
  }

  /** Who the token speaks for, and what they may do here; null for a guest. */
  get you(): You | null {
    return this.#you;
  }

  /**
   * Reads the whole record; gives every comment that stands, by number. May wait: see `textAt`.
   * Where it fails, `unread` tells it too: players ask without anybody who waits for the answer.
   */
  async load(): Promise<Comment[]> {
    const path = `/rooms/${encodeURIComponent(this.id)}/record.jsonl`;
    await this.#met; // else nobody could tell what is of now from what has its place
    const text = await textAt(this.#server + path, this.#surroundings).catch((fault: unknown) => {
      this.#events.emit("unread", fault);
      throw fault;
    });
    const lines = text.split("\n").filter((line) => line !== "");
    this.#record.seed(lines.map((line) => JSON.parse(line) as Shown));
    return this.comments();
  }

  /** What is known of the record: all of it after `load`, else what came since. */
  comments(): Comment[] {
    return this.#record.all().filter((shown) => shown.kind === "comment");
  }

  /**
   * Sends a comment. The answer says whether it was published, is held, or was refused and why;
   * a cut line does not lose it, nor send it twice.
   */
  send(draft: Partial<Draft> & { text: string }): Promise<Answer> {
    const sending = this.#connection.send(freshId(), { ...PLAIN, ...draft });
    return this.#echoes.follow(sending);
  }

  recall(number: number): Promise<Answer> {
    return this.#connection.recall(freshId(), number);
  }

  /** Leaves for good. */
  close(): void {
    this.#connection.stop();
  }

  #listen(): void {
    const { events } = this.#connection;
    events.on("welcome", ({ state, you }) => {
      this.#you = you;
      this.#setState(state);
    });
    events.on("you", (you) => {
      this.#you = you;
    });
    events.on("batch", ({ op, entries, left_out }) => {
      for (const change of this.#record.apply(entries)) this.#tell(change);
      if (op === "skipped") this.#events.emit("gap", undefined);
      if (left_out) this.#events.emit("leftOut", left_out);
    });
    events.on("reset", () => {
      this.#record = new RoomRecord();
      this.#echoes.clear();
      this.#events.emit("gap", undefined);
    });
    events.on("viewers", (count) => this.#events.emit("viewers", count));
    events.on("state", (state) => this.#events.emit("state", state));
  }

  #tell(change: Change): void {
    switch (change.what) {
      case "published":
        this.#echoes.take(change.comment, this.#isByMe(change.comment));
        return;
      case "recalled":
        this.#echoes.drop(change.number);
        this.#events.emit("recall", change.number);
        return;
      case "restored":
        this.#events.emit("restore", change.comment);
        return;
      case "room":
        this.#setState(change.state);
        return;
    }
  }

  /** Before one's first comment nobody has told one's id in the room: names are all there is. */
  #isByMe({ author, name }: Comment): boolean {
    if (this.#you === null) return false;
    return this.#you.author === null ? this.#you.name === name : this.#you.author === author;
  }

  #setState(state: RoomState): void {
    this.#state = state;
    this.#events.emit("room", state);
  }
}
