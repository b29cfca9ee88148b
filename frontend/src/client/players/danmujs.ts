import type { Comment } from "../messages";
import type { Room } from "../room";
import { cssColor, follow, placeOf, read } from "./follow";

export interface DanmuJsItem {
  id: string;
  txt: string;
  mode: "scroll" | "top" | "bottom";
  /** How long it is on its way, ms. */
  duration: number;
  /** On the media's clock, ms; without one it is now. */
  start?: number;
  style: Record<string, string>;
}

/** As much of a DanmuJs as the adapter uses. */
export interface DanmuJsLike {
  sendComment(item: DanmuJsItem): void;
  removeComment(id: string): void;
  updateComments(items: DanmuJsItem[], isClear: boolean): void;
}

const DURATION_MS = 8_000;

export function danmujsItem(comment: Comment, time: number | undefined): DanmuJsItem {
  const item: DanmuJsItem = {
    id: String(comment.number),
    txt: comment.text,
    mode: comment.mode === "reverse" ? "scroll" : comment.mode,
    duration: DURATION_MS,
    style: { color: cssColor(comment.color), fontSize: `${comment.size}px` },
  };
  // A start of 0 would be taken for none.
  return time === undefined ? item : { ...item, start: Math.max(1, Math.round(time * 1000)) };
}

/** A room in danmu.js: `attach` once it is made, and `room.send` what is to be sent. */
export function forDanmuJs(room: Room) {
  const attach = (danmu: DanmuJsLike) => {
    const load = (comments: Comment[]) => {
      const items = comments.map((one) => danmujsItem(one, one.position_ms / 1000));
      danmu.updateComments(items, true);
    };
    read(room, { load });
    return follow(room, {
      load,
      add: (comment) => danmu.sendComment(danmujsItem(comment, placeOf(room, comment))),
      remove: (number) => danmu.removeComment(String(number)),
    });
  };
  return { attach };
}
