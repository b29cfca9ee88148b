import type { Comment } from "../messages";
import type { Room } from "../room";
import { cssColor, follow, placeOf, read } from "./follow";

export interface DanmakuItem {
  text: string;
  mode: "rtl" | "ltr" | "top" | "bottom";
  time?: number;
  style: Record<string, string>;
  /** The engine's own, while it is on the screen. */
  node?: { remove(): void };
}

/** As much of a Danmaku as the adapter uses. */
export interface DanmakuLike {
  comments: DanmakuItem[];
  emit(item: DanmakuItem): unknown;
}

const MODES = { scroll: "rtl", reverse: "ltr", top: "top", bottom: "bottom" } as const;
const SHADOW = "0 0 2px #000, 0 0 2px #000";

export function danmakuItem(comment: Comment, time: number | undefined): DanmakuItem {
  const style = {
    color: cssColor(comment.color),
    fontSize: `${comment.size}px`,
    textShadow: SHADOW,
  };
  const item = { text: comment.text, mode: MODES[comment.mode], style };
  return time === undefined ? item : { ...item, time };
}

/** A room in the engine `danmaku`: `attach` once it is made, and `room.send` what is to be sent. */
export function forDanmaku(room: Room) {
  const attach = (engine: DanmakuLike) => {
    /** The engine copies what it is given; the style it keeps tells one from another. */
    const styles = new Map<number, DanmakuItem["style"]>();
    const put = (comment: Comment, time: number | undefined) => {
      const item = danmakuItem(comment, time);
      styles.set(comment.number, item.style);
      engine.emit(item);
    };
    /** Emptied where it lies: the engine counts by places. */
    const remove = (number: number) => {
      const style = styles.get(number);
      if (style === undefined) return; // it never came here: others' items may have none
      for (const item of engine.comments.filter((one) => one.style === style)) {
        item.text = "";
        item.node?.remove();
      }
    };
    const load = (comments: Comment[]) => {
      for (const number of styles.keys()) remove(number);
      styles.clear();
      if (room.isBroadcasting) return; // what has been is over
      for (const comment of comments) put(comment, comment.position_ms / 1000);
    };
    read(room, { load });
    return follow(room, {
      load,
      add: (comment) => put(comment, placeOf(room, comment)),
      remove,
    });
  };
  return { attach };
}
