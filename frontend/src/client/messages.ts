/** The words of `danmaku.v1` as docs/protocol.md gives them; nothing here but shapes. */

export type Mode = "scroll" | "reverse" | "top" | "bottom";
export type RecalledBy = "author" | "room" | "platform";

/** A published comment. `position_ms` is on the media clock, `at_ms` counts from 1970 in UTC. */
export interface Comment {
  seq: number;
  number: number;
  at_ms: number;
  position_ms: number;
  mode: Mode;
  color: number;
  size: number;
  text: string;
  author: string;
  name: string;
  late: boolean;
  imported: boolean;
  /** It was recalled, and is back; left out while it is not so. */
  restored?: boolean;
}

/** What is left of a recalled comment: its place. */
export interface Marker {
  seq: number;
  number: number;
  at_ms: number;
  position_ms: number;
  by: RecalledBy;
  category: string | null;
}

export interface RoomState {
  title: string;
  summary: string;
  kind: "video" | "live";
  status: "open" | "paused" | "closed";
  mode: "machine" | "delayed" | "every" | "closed";
  media_url: string;
  media_type: "file" | "hls";
  paused_until_ms: number | null;
  slow_ms: number;
  text_max: number;
  modes: Mode[];
  colors: boolean;
  sizes: boolean;
  level_min: number;
  unique: boolean;
  /** How long comments wait in the mode `delayed`. */
  delay_ms: number;
  silent_until_ms: number | null;
  broadcast: { started_ms: number; ended_ms: number | null } | null;
  recall_within_ms: number;
  /** What kind of room the house says it is. */
  news: boolean;
  commerce: boolean;
  minor_safe: boolean;
}

export interface Recall {
  seq: number;
  number: number;
  by: RecalledBy;
  category: string | null;
}

export type Entry =
  | ({ kind: "comment" } & Comment)
  | ({ kind: "marker" } & Marker)
  | ({ kind: "recall" } & Recall)
  | ({ kind: "restore" } & Comment)
  | { kind: "room"; seq: number; state: RoomState };

/** A comment or what is left of it: the form in which pages and segments hold the record. */
export type Shown = Extract<Entry, { kind: "comment" | "marker" }>;

export interface You {
  name: string;
  /** Public id in this room; null before the first comment. */
  author: string | null;
  powers: string[];
  /** When the first of the powers ends by itself. */
  until_ms: number | null;
}

export interface Welcome {
  op: "welcome";
  room: string;
  epoch: string;
  top: number;
  server_ms: number;
  you: You | null;
  state: RoomState;
  viewers: number;
  heartbeat_ms: number;
}

export interface Batch {
  op: "entries" | "skipped";
  after: number;
  upto: number;
  entries: Entry[];
  /** So many comments of the range are not among them; the list has those. */
  left_out?: number;
}

export interface Reset {
  op: "reset";
  epoch: string;
  top: number;
  reason: "epoch" | "too_far";
}

export interface Refused {
  op: "refused";
  id: string;
  code: string;
  text: string;
  category: string | null;
  retry_after_ms: number | null;
  until_ms: number | null;
}

export type Answer =
  | { op: "published"; id: string; number: number; seq: number }
  | { op: "held"; id: string; seq: number; category: string | null; text: string }
  | { op: "recalled"; id: string; number: number; seq: number }
  | { op: "liked"; id: string; number: number; stands: boolean; likes: number }
  | Refused;

/** Numbers of comments, each with how many like it. */
export type LikeCounts = [number: number, likes: number][];

export interface Bye {
  op: "bye";
  code: string;
  retry_min_ms: number;
  retry_max_ms: number;
}

/** What is told to one viewer alone, or to a room: measures, powers, reports, controls. */
export interface Notice {
  op: "notice";
  kind:
    | "measure"
    | "reversed"
    | "revoked"
    | "proposal"
    | "name"
    | "result"
    | "report"
    | "held"
    | "decided"
    | "refused"
    | "control"
    | "lifted";
  /** Of a comment that waits, or has waited: its private id. */
  seq?: number;
  room?: string | null;
  at_ms?: number;
  author?: string;
  name?: string;
  text?: string;
  step?: string;
  category?: string;
  note?: string;
  until_ms?: number | null;
}

export type ServerMessage =
  | Welcome
  | Batch
  | { op: "own"; entry: Comment }
  | Reset
  | Answer
  | Bye
  | Notice
  | { op: "you"; you: You | null }
  | { op: "viewers"; count: number }
  | { op: "likes"; counts: LikeCounts }
  | { op: "pong" }
  | { op: "error"; code: string; text: string };

/** What a viewer writes; `latency_ms` says how far their player lags behind a broadcast. */
export interface Draft {
  text: string;
  position_ms: number;
  mode: Mode;
  color: number;
  size: number;
  latency_ms: number;
}
