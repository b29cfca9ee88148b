import type { Comment, RoomState } from "../client/messages";

const BEHIND_MS_MAX = 3_000;
const AGE_MS_MAX = 5_000;

export interface Moment {
  /** Whether a broadcast runs: then comments fly as they arrive. */
  broadcasting: boolean;
  mediaMs: number;
  /** The server's clock, as far as it is known here. */
  serverMs: number;
}

/** Whether a comment that has just arrived flies now; else its media time decides. */
export function fliesOnArrival(comment: Comment, moment: Moment): boolean {
  if (comment.late || comment.imported) return false;
  if (moment.broadcasting) return moment.serverMs - comment.at_ms <= AGE_MS_MAX;
  const behindMs = moment.mediaMs - comment.position_ms;
  return behindMs >= 0 && behindMs <= BEHIND_MS_MAX;
}

export function isBroadcasting(state: RoomState): boolean {
  return state.kind === "live" && state.broadcast !== null && state.broadcast.ended_ms === null;
}
