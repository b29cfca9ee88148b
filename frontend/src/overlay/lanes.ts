/**
 * Where an item goes so that none covers another. Still: time comes in, in milliseconds of the
 * screen's own clock, which stands while the video is paused.
 */

/** One item on its way: it needs `travelMs` from one edge until it is wholly past the other. */
export interface Passage {
  direction: "left" | "right";
  widthPx: number;
  stageWidthPx: number;
  travelMs: number;
  nowMs: number;
}

interface Tail {
  direction: "left" | "right";
  /** From when on the edge where items enter is free. */
  clearMs: number;
  goneMs: number;
}

/** A share of the travel: how long `partPx` of the whole way takes. */
function partOfTravelMs({ travelMs, stageWidthPx, widthPx }: Passage, partPx: number): number {
  return (travelMs * partPx) / (stageWidthPx + widthPx);
}

/**
 * Lanes for items that move. A later item may follow in the same lane only when the earlier one
 * has cleared the entrance and will have left before the later one's front reaches the far edge:
 * a fast item never runs into a slow one. Items of opposite directions never share a lane.
 */
export class MovingLanes {
  #tails: (Tail | undefined)[] = [];

  /**
   * Takes the first free run of `rows` lanes out of `count`, or null if there is none. Lanes that
   * `isCovered` by something standing are taken only when there is no other.
   */
  take(
    passage: Passage,
    rows: number,
    count: number,
    isCovered: (row: number) => boolean = () => false,
  ): number | null {
    const isFree = (row: number) => this.#free(this.#tails[row], passage);
    const lane =
      firstRun(rows, count, (row) => isFree(row) && !isCovered(row)) ??
      firstRun(rows, count, isFree);
    if (lane !== null) this.#occupy(lane, passage, rows);
    return lane;
  }

  #occupy(lane: number, passage: Passage, rows: number): void {
    const { direction, nowMs, travelMs, widthPx } = passage;
    const clearMs = nowMs + partOfTravelMs(passage, widthPx);
    for (let row = lane; row < lane + rows; row += 1) {
      this.#tails[row] = { direction, clearMs, goneMs: nowMs + travelMs };
    }
  }

  /** Whether anything moves in a lane. */
  holds(row: number, nowMs: number): boolean {
    return (this.#tails[row]?.goneMs ?? 0) > nowMs;
  }

  clear(): void {
    this.#tails = [];
  }

  #free(tail: Tail | undefined, passage: Passage): boolean {
    if (!tail || tail.goneMs <= passage.nowMs) return true;
    if (tail.direction !== passage.direction) return false;
    const arrivesMs = passage.nowMs + partOfTravelMs(passage, passage.stageWidthPx);
    return tail.clearMs <= passage.nowMs && tail.goneMs <= arrivesMs;
  }
}

/** Lanes for items that stand still for a while, counted from their edge inwards. */
export class StandingLanes {
  #untilMs: number[] = [];

  /**
   * Takes the first free run of `rows` lanes out of `count` for a while, or null. Lanes that
   * `isCrossed` by something moving are taken only when there is no other.
   */
  take(
    { nowMs, untilMs }: { nowMs: number; untilMs: number },
    rows: number,
    count: number,
    isCrossed: (row: number) => boolean = () => false,
  ): number | null {
    const isFree = (row: number) => !this.holds(row, nowMs);
    const lane =
      firstRun(rows, count, (row) => isFree(row) && !isCrossed(row)) ??
      firstRun(rows, count, isFree);
    if (lane !== null) this.#hold(lane, rows, untilMs);
    return lane;
  }

  holds(row: number, nowMs: number): boolean {
    return (this.#untilMs[row] ?? 0) > nowMs;
  }

  /** Frees the lanes of an item that was taken away early. */
  free(lane: number, rows: number): void {
    this.#hold(lane, rows, 0);
  }

  clear(): void {
    this.#untilMs = [];
  }

  #hold(lane: number, rows: number, untilMs: number): void {
    for (let row = lane; row < lane + rows; row += 1) this.#untilMs[row] = untilMs;
  }
}

function firstRun(rows: number, count: number, free: (row: number) => boolean): number | null {
  for (let lane = 0; lane + rows <= count; lane += 1) {
    if (Array.from({ length: rows }, (_, row) => lane + row).every(free)) return lane;
  }
  return null;
}
