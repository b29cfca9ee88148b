import type { RoomState, You } from "../client/messages";
import { need } from "./dom";

/** What the server tells the page's script, in the element `#room-data`. */
export interface RoomData {
  room: string;
  epoch: string;
  /** The position that the page was rendered at. */
  upto: number;
  token: string | null;
  live_url: string;
  api: string;
  state: RoomState;
  you: You | null;
  lang: string;
  texts: Record<string, string>;
  csrf: string;
  /** Where refusals lead, by code. */
  ways: Record<string, string>;
}

export function readRoomData(): RoomData {
  return JSON.parse(need("#room-data", HTMLScriptElement).textContent ?? "") as RoomData;
}
