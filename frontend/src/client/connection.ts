import { Backoff } from "./backoff";
import { Events } from "./events";
import type {
  Answer,
  Batch,
  Bye,
  Draft,
  LikeCounts,
  Notice,
  Reset,
  ServerMessage,
  Welcome,
  You,
} from "./messages";
import { OwnComments } from "./own_comments";
import { type Request, Requests } from "./requests";

export const PROTOCOL = "danmaku.v1.json";

/** As much of a WebSocket as the connection uses. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** What the connection asks of the outside; tests bring their own time and chance. */
export interface Surroundings {
  open(url: string, protocol: string): Socket;
  after(ms: number, run: () => void): () => void;
  random(): number;
}

export interface Place {
  url: string;
  token: string | null;
  /** The `upto` of what is already on the page; null joins at the end of the record. */
  since: number | null;
  epoch: string | null;
}

export type ConnectionState = "connecting" | "joined" | "waiting" | "ended";

export interface ConnectionEvents {
  state: { state: ConnectionState; retryMs: number; code: number };
  welcome: Welcome;
  batch: Batch;
  reset: Reset;
  viewers: number;
  likes: LikeCounts;
  /** What the viewer may do has changed. */
  you: You | null;
  notice: Notice;
}

/** Closes that mean: coming back would end the same way. */
const FINAL_CLOSES = new Set([1002, 1007, 1009, 4400, 4401, 4403, 4404]);
const ANSWER_WAIT_MS = 30_000;
const ASK_AGAIN_MS = 1_000;
const QUIET_FACTOR = 1.5;
/** Longer than any page stays open, and no more than a timer takes. */
const TERM_MS_MAX = 86_400_000;
const TERM_SLACK_MS = 50;

/**
 * One viewer's way into a room: joins at a position, follows the record without a hole, and comes
 * back by itself. Invariant: the batches that are emitted continue one another, from `since` on,
 * over any number of sockets; after a `reset` they continue from its `top`.
 */
export class Connection {
  readonly events = new Events<ConnectionEvents>();
  readonly #place: Place;
  readonly #surroundings: Surroundings;
  readonly #requests = new Requests();
  readonly #own = new OwnComments();
  readonly #backoff = new Backoff(500, 20_000);
  #socket: Socket | null = null;
  #joined = false;
  #ended = false;
  #bye: Bye | null = null;
  #heartbeatMs = 20_000;
  #cancelRetry = () => {};
  #cancelWatch = () => {};
  #cancelTerm = () => {};
  /** How far the server's clock is ahead of ours. */
  #aheadMs = 0;

  constructor(place: Place, surroundings: Surroundings) {
    this.#place = { ...place };
    this.#surroundings = surroundings;
  }

  start(): void {
    this.#cancelRetry();
    this.#tell("connecting");
    const socket = this.#surroundings.open(this.#place.url, PROTOCOL);
    this.#socket = socket;
    socket.onopen = () => this.#hello();
    socket.onmessage = (event) => this.#receive(String(event.data));
    socket.onclose = (event) => this.#closed(event.code);
    this.#watch();
  }

  /** Comes back now rather than after the wait: the network or the page has just woken up. */
  hurry(): void {
    if (!this.#socket && !this.#ended) this.start();
  }

  stop(): void {
    this.#end(1000);
  }

  /** Sends under the caller's `id`; the same id sent twice is recorded once. */
  send(id: string, draft: Draft): Promise<Answer> {
    return this.#ask({ op: "send", id, ...draft });
  }

  recall(id: string, number: number): Promise<Answer> {
    return this.#ask({ op: "recall", id, number });
  }

  like(id: string, number: number, stands: boolean): Promise<Answer> {
    return this.#ask({ op: "like", id, number, stands });
  }

  #ask(request: Request): Promise<Answer> {
    const answer = this.#requests.add(request);
    if (this.#joined) this.#write(request);
    const cancel = this.#surroundings.after(ANSWER_WAIT_MS, () =>
      this.#requests.giveUp(request.id),
    );
    return answer.finally(cancel);
  }

  #write(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #hello(): void {
    const { token, since, epoch } = this.#place;
    this.#write({
      op: "hello",
      ...(token === null ? {} : { token }),
      ...(since === null ? {} : { since }),
      ...(since === null || epoch === null ? {} : { epoch }),
    });
  }

  #receive(text: string): void {
    this.#watch();
    const message = JSON.parse(text) as ServerMessage;
    switch (message.op) {
      case "welcome":
        this.#welcome(message);
        return;
      case "entries":
      case "skipped":
        this.#batch(message);
        return;
      case "own":
        this.#own.add(message.entry);
        return;
      case "reset":
        this.#reset(message);
        return;
      case "published":
      case "held":
      case "recalled":
      case "liked":
      case "refused":
        this.#answered(message);
        return;
      case "viewers":
        this.events.emit("viewers", message.count);
        return;
      case "likes":
        this.events.emit("likes", message.counts);
        return;
      case "you":
        this.events.emit("you", message.you);
        this.#awaitTerm(message.you);
        return;
      case "notice":
        this.events.emit("notice", message);
        return;
      case "bye":
        this.#bye = message;
        return;
      default:
        return;
    }
  }

  #welcome(message: Welcome): void {
    this.#joined = true;
    this.#heartbeatMs = message.heartbeat_ms;
    this.#backoff.succeeded();
    this.#bye = null;
    this.#place.since ??= message.top;
    this.#place.epoch ??= message.epoch;
    this.#aheadMs = message.server_ms - Date.now();
    this.#awaitTerm(message.you);
    this.events.emit("welcome", message);
    this.events.emit("viewers", message.viewers);
    this.#tell("joined");
    for (const request of this.#requests.all()) this.#write(request);
  }

  #batch(batch: Batch): void {
    if (batch.after !== this.#place.since) {
      this.#rejoin();
      return;
    }
    this.#place.since = batch.upto;
    this.events.emit("batch", this.#own.completed(batch));
  }

  #reset(message: Reset): void {
    this.#place.since = message.top;
    this.#place.epoch = message.epoch;
    this.#own.clear();
    this.events.emit("reset", message);
  }

  #answered(answer: Answer): void {
    const again = this.#requests.settle(answer);
    if (again) this.#surroundings.after(ASK_AGAIN_MS, () => this.#joined && this.#write(again));
  }

  /** A silent socket is asked for a sign of life, and given up if it stays silent. */
  #watch(): void {
    this.#cancelWatch();
    const quietMs = this.#heartbeatMs * QUIET_FACTOR;
    this.#cancelWatch = this.#surroundings.after(quietMs, () => {
      if (this.#joined) this.#write({ op: "ping" });
      this.#cancelWatch = this.#surroundings.after(this.#heartbeatMs, () => this.#rejoin());
    });
  }

  /** Powers that end by themselves do so without a word: joining again says what is left. */
  #awaitTerm(you: You | null): void {
    this.#cancelTerm();
    if (!you?.until_ms) return;
    const leftMs = you.until_ms - Date.now() - this.#aheadMs;
    if (leftMs > TERM_MS_MAX) return;
    this.#cancelTerm = this.#surroundings.after(Math.max(0, leftMs) + TERM_SLACK_MS, () => {
      this.#leave(1000);
      this.start();
    });
  }

  #rejoin(): void {
    this.#leave(4408);
    this.#retry(4408);
  }

  #leave(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#joined = false;
    this.#cancelWatch();
    this.#cancelTerm();
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(code >= 3000 || code === 1000 ? code : undefined);
  }

  #closed(code: number): void {
    this.#leave(1000);
    if (FINAL_CLOSES.has(code)) this.#end(code);
    else this.#retry(code);
  }

  #retry(code: number): void {
    const random = this.#surroundings.random();
    // What a goodbye said holds until somebody is there again: who came too early, and hurried now,
    // would come together with all others who did, and with those whose turn it is.
    const bye = this.#bye ?? { retry_min_ms: 0, retry_max_ms: 0 };
    const toldMs = bye.retry_min_ms + (bye.retry_max_ms - bye.retry_min_ms) * random;
    const waitMs = Math.round(Math.max(toldMs, this.#backoff.nextMs(random)));
    this.#tell("waiting", waitMs, code);
    this.#cancelRetry = this.#surroundings.after(waitMs, () => this.start());
  }

  #end(code: number): void {
    this.#ended = true;
    this.#cancelRetry();
    this.#leave(1000);
    this.#tell("ended", 0, code);
  }

  #tell(state: ConnectionState, retryMs = 0, code = 0): void {
    this.events.emit("state", { state, retryMs, code });
  }
}
