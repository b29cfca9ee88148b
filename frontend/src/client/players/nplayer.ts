import type { Comment } from "../messages";
import type { Room } from "../room";
import { colorOf, cssColor, follow, positionOf, read } from "./follow";

export interface NPlayerItem {
  text: string;
  time: number;
  type?: "scroll" | "top" | "bottom";
  color?: string;
  isMe?: boolean;
  /** Ours: by which it is found again. */
  number?: number;
}

/** As much of an NPlayer with its danmaku plugin as the adapter uses. */
export interface NPlayerLike {
  currentTime: number;
  danmaku: {
    getItems(): NPlayerItem[];
    resetItems(items: NPlayerItem[]): void;
    send(item: NPlayerItem): void;
    clearScreen(): void;
  };
  on(name: "DanmakuSend", listener: (item: NPlayerItem) => void): void;
}

export function nplayerItem(comment: Comment): NPlayerItem {
  return {
    text: comment.text,
    time: comment.position_ms / 1000,
    type: comment.mode === "reverse" ? "scroll" : comment.mode,
    color: cssColor(comment.color),
    number: comment.number,
  };
}

/**
 * A room in NPlayer: `attach` once it is made. It draws what it sends before it is answered; that
 * comment is not drawn again when it comes back, and goes if it is refused.
 */
export function forNPlayer(room: Room) {
  const attach = (player: NPlayerLike) => {
    const { danmaku } = player;
    /** Emptied where it lies: the player counts by places. */
    const empty = (is: (item: NPlayerItem) => boolean) => {
      for (const item of danmaku.getItems().filter(is)) item.text = "";
      danmaku.clearScreen();
    };
    const load = (comments: Comment[]) => {
      const items = comments.map(nplayerItem);
      danmaku.resetItems(items.sort((one, other) => one.time - other.time));
    };
    const sent = async (item: NPlayerItem) => {
      if (!item.isMe) return;
      const { text, time, type = "scroll", color } = item;
      const position_ms = positionOf(time);
      const answer = await room.send({ text, position_ms, mode: type, color: colorOf(color) });
      if (answer.op === "published") item.number = answer.number;
      else empty((one) => one === item);
    };
    player.on("DanmakuSend", (item) => void sent(item));
    read(room, { load });
    return follow(room, {
      load,
      add: (comment) => {
        if (comment.own) return;
        const time = room.isBroadcasting ? player.currentTime : comment.position_ms / 1000;
        danmaku.send({ ...nplayerItem(comment), time, isMe: false });
      },
      remove: (number) => empty((item) => item.number === number),
    });
  };
  return { attach };
}
