import type { Heard } from "../echoes";
import type { Comment } from "../messages";
import type { Room } from "../room";

/** What a player does with a room's comments. */
export interface Screen {
  /** Shows these and no others. */
  load(comments: Comment[]): void;
  /** One more, of now; its `own` says whether this page sent it. */
  add(comment: Heard): void;
  remove(number: number): void;
}

/** Has the record shown; where it cannot be read, the room says so, and nothing is shown of it. */
export function read(room: Room, { load }: Pick<Screen, "load">): void {
  room.load().then(load, () => {});
}

/** Keeps a player's comments those of the room; returns what ends that. */
export function follow(room: Room, screen: Screen): () => void {
  const ends = [
    room.on("comment", (comment) => screen.add(comment)),
    room.on("restore", (comment) => screen.add({ ...comment, own: false })),
    room.on("recall", (number) => screen.remove(number)),
    room.on("gap", () => read(room, screen)),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Where a comment belongs on the player's clock, s; undefined is now. */
export function placeOf(room: Room, comment: Comment): number | undefined {
  return room.isBroadcasting ? undefined : comment.position_ms / 1000;
}

export function cssColor(color: number): string {
  return `#${color.toString(16).padStart(6, "0")}`;
}

/** A colour as players write it: `#rgb`, `#rrggbb`, or nothing, which is white. */
export function colorOf(css: string | undefined): number {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(css ?? "")?.[1];
  if (hex === undefined) return 0xffffff;
  return Number.parseInt(hex.length === 3 ? hex.replace(/./g, "$&$&") : hex, 16);
}

export function positionOf(seconds: number | undefined): number {
  return Math.max(0, Math.round((seconds ?? 0) * 1000));
}
