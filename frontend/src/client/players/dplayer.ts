import type { Comment, Mode } from "../messages";
import type { Room } from "../room";
import { follow } from "./follow";

export interface DPlayerItem {
  text: string;
  color: number;
  type: number | string;
  time: number;
  author: string;
}

/** As much of a DPlayer as the adapter uses. */
export interface DPlayerLike {
  danmaku: {
    dan: DPlayerItem[];
    danIndex: number;
    draw(item: DPlayerItem): void;
    clear(): void;
    /** Clears, and goes on from the player's place on the clock. */
    seek(): void;
  };
}

interface Reading {
  success(items: DPlayerItem[]): void;
  error(message: string): void;
}

interface Sending {
  data: DPlayerItem;
  success(answer: unknown): void;
  error(message: string): void;
}

const NUMBERS: Record<Mode, number> = { scroll: 0, reverse: 0, top: 1, bottom: 2 };
const MODES: Mode[] = ["scroll", "top", "bottom"];
const WORDS = ["right", "top", "bottom"];
const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
  "/": "&#x2F;",
};

/** DPlayer writes what it is given into its page as markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"'/]/g, (sign) => ESCAPES[sign] ?? "");
}

export function dplayerItem(comment: Comment): DPlayerItem {
  return {
    text: escaped(comment.text),
    author: escaped(comment.name),
    color: comment.color,
    type: NUMBERS[comment.mode],
    time: comment.position_ms / 1000,
  };
}

/**
 * A room in DPlayer: `options` among its own, and `attach` for the player made with them. It draws
 * what it sends before it is answered; that comment is not drawn again when it comes back.
 */
export function forDPlayer(room: Room) {
  const items = new Map<number, DPlayerItem>();
  const itemsOf = (comments: Comment[]) => {
    items.clear();
    for (const comment of comments) items.set(comment.number, dplayerItem(comment));
    return [...items.values()].sort((one, other) => one.time - other.time);
  };
  const read = ({ success, error }: Reading) => {
    room.load().then(
      (comments) => success(itemsOf(comments)),
      (fault: unknown) => error(String(fault)),
    );
  };
  const send = async ({ data, success, error }: Sending) => {
    const kind = typeof data.type === "number" ? data.type : WORDS.indexOf(data.type);
    const mode = MODES[kind] ?? "scroll";
    const position_ms = Math.round(data.time * 1000);
    const answer = await room.send({ text: data.text, color: data.color, mode, position_ms });
    if (answer.op === "refused") return error(answer.text || answer.code);
    if (answer.op === "published") items.set(answer.number, data); // it stands in the player's list
    success({ code: 0, data });
  };
  // `api` is read for its own address alone, which these two stand for.
  const options = { danmaku: { id: room.id, api: "" }, apiBackend: { read, send } };
  const attach = ({ danmaku }: DPlayerLike) =>
    follow(room, {
      load: (comments) => {
        danmaku.dan = itemsOf(comments);
        danmaku.seek();
        if (room.isBroadcasting) danmaku.danIndex = danmaku.dan.length; // what has been is over
      },
      add: (comment) => {
        if (comment.own) return;
        const item = dplayerItem(comment);
        items.set(comment.number, item);
        if (room.isBroadcasting) danmaku.draw(item);
        else place(danmaku, item);
      },
      remove: (number) => {
        const item = items.get(number);
        if (!item) return;
        item.text = "";
        danmaku.clear();
      },
    });
  return { options, attach };
}

/** Puts an item at its time; what that is just over for is drawn now. */
function place(danmaku: DPlayerLike["danmaku"], item: DPlayerItem): void {
  const after = danmaku.dan.findIndex(({ time }) => time > item.time);
  const index = after < 0 ? danmaku.dan.length : after;
  danmaku.dan.splice(index, 0, item);
  if (index >= danmaku.danIndex) return;
  danmaku.danIndex += 1;
  danmaku.draw(item);
}
