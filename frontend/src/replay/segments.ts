import type { Shown } from "../client/messages";

export const SEGMENT_MS = 360_000;
const PREFETCH_MS = 60_000;
const ASK_AGAIN_MS = 5_000;

export interface Segment {
  index: number;
  comments: Shown[];
}

/**
 * Reads the record for replay, six minutes of media time at a time: the piece that plays and,
 * shortly before its end, the next. A piece is read once; what changes in it comes by the stream.
 */
export class Segments {
  readonly #fetch: (index: number) => Promise<Segment>;
  readonly #arrived: (segment: Segment) => void;
  readonly #asked = new Map<number, number>();

  constructor(fetch: (index: number) => Promise<Segment>, arrived: (segment: Segment) => void) {
    this.#fetch = fetch;
    this.#arrived = arrived;
  }

  /** Sees to it that what plays at `mediaMs` is here; `nowMs` spaces attempts after a failure. */
  want(mediaMs: number, nowMs: number): void {
    const index = Math.floor(Math.max(0, mediaMs) / SEGMENT_MS);
    this.#ask(index, nowMs);
    if ((index + 1) * SEGMENT_MS - mediaMs < PREFETCH_MS) this.#ask(index + 1, nowMs);
  }

  #ask(index: number, nowMs: number): void {
    const notBeforeMs = this.#asked.get(index);
    if (notBeforeMs !== undefined && nowMs < notBeforeMs) return;
    this.#asked.set(index, Number.POSITIVE_INFINITY);
    this.#fetch(index).then(this.#arrived, () => this.#asked.set(index, nowMs + ASK_AGAIN_MS));
  }
}

/** Reads a segment from the room's API; the browser's cache revalidates it by its ETag. */
export function segmentReader(api: string): (index: number) => Promise<Segment> {
  return async (index) => {
    const response = await fetch(`${api}/segments/${index}`);
    if (!response.ok) throw new Error(`segment ${index}: ${response.status}`);
    return (await response.json()) as Segment;
  };
}
