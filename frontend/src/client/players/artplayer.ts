import type { Comment, Mode } from "../messages";
import type { Room } from "../room";
import { colorOf, cssColor, follow, placeOf, positionOf } from "./follow";

export interface ArtplayerItem {
  text: string;
  time?: number;
  mode?: 0 | 1 | 2;
  color?: string;
  border?: boolean;
}

/** As much of an ArtPlayer with its danmuku plugin as the adapter uses. */
export interface ArtplayerLike {
  plugins: Record<string, unknown>;
}

interface Plugin {
  emit(item: ArtplayerItem): unknown;
  load(): Promise<unknown>;
}

const MODES = ["scroll", "top", "bottom"] as const;
const NUMBERS: Record<Mode, 0 | 1 | 2> = { scroll: 0, reverse: 0, top: 1, bottom: 2 };

export function artplayerItem(comment: Comment, time: number | undefined): ArtplayerItem {
  const item = { text: comment.text, mode: NUMBERS[comment.mode], color: cssColor(comment.color) };
  return time === undefined ? item : { ...item, time };
}

/**
 * A room in ArtPlayer: `options` for `artplayerPluginDanmuku`, and `attach` for the player made
 * with it. What is sent is drawn when it is published, so nothing refused is ever seen.
 */
export function forArtplayer(room: Room) {
  const placed = (comment: Comment) => artplayerItem(comment, comment.position_ms / 1000);
  let isRead = false;
  const all = async () => {
    if (isRead) return room.comments();
    const comments = await room.load();
    isRead = true;
    return comments;
  };
  const options = {
    /** Read once: each recall asks again, on every page at one moment, and the line has told it. */
    danmuku: async () => (await all().catch(() => room.comments())).map(placed),
    beforeEmit: async ({ text, time, mode, color }: ArtplayerItem) => {
      const position_ms = positionOf(time);
      await room.send({ text, position_ms, mode: MODES[mode ?? 0], color: colorOf(color) });
      return false;
    },
  };
  const attach = (art: ArtplayerLike) => {
    const plugin = art.plugins.artplayerPluginDanmuku as Plugin;
    return follow(room, {
      load: () => void plugin.load(),
      add: (comment) => {
        const item = artplayerItem(comment, placeOf(room, comment));
        plugin.emit({ ...item, border: comment.own });
      },
      // The plugin takes nothing back: it is given everything anew.
      remove: () => void plugin.load(),
    });
  };
  return { options, attach };
}
