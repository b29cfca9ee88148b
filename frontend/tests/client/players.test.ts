import { describe, expect, it } from "vitest";
import type { Comment } from "../../src/client/messages";
import { artplayerItem } from "../../src/client/players/artplayer";
import { danmakuItem } from "../../src/client/players/danmaku";
import { danmujsItem } from "../../src/client/players/danmujs";
import { dplayerItem } from "../../src/client/players/dplayer";
import { colorOf, positionOf } from "../../src/client/players/follow";
import { nplayerItem } from "../../src/client/players/nplayer";

const MARKUP = `<img src=x onerror='a("/")'>&`;
const COMMENT: Comment = {
  seq: 1,
  number: 7,
  at_ms: 0,
  position_ms: 12_500,
  mode: "reverse",
  color: 255,
  size: 36,
  text: MARKUP,
  author: "a1",
  name: "<b>",
  late: false,
  imported: false,
};

describe("items of players", () => {
  it("are escaped for DPlayer", () => {
    expect(dplayerItem(COMMENT)).toEqual({
      text: "&lt;img src=x onerror=&#x27;a(&quot;&#x2F;&quot;)&#x27;&gt;&amp;",
      author: "&lt;b&gt;",
      color: 255,
      type: 0,
      time: 12.5,
    });
  });

  it("are plain text for all others, and their colours have six digits", () => {
    const texts = [
      artplayerItem(COMMENT, 12.5).text,
      danmakuItem(COMMENT, 12.5).text,
      danmujsItem(COMMENT, 12.5).txt,
      nplayerItem(COMMENT).text,
    ];
    expect(texts).toEqual(Array(4).fill(MARKUP));
    expect(artplayerItem(COMMENT, 12.5).color).toBe("#0000ff");
  });

  it("are of now where they have no time", () => {
    expect(artplayerItem(COMMENT, undefined)).not.toHaveProperty("time");
    expect(danmakuItem(COMMENT, undefined)).not.toHaveProperty("time");
    expect(danmujsItem(COMMENT, undefined)).not.toHaveProperty("start");
  });

  it("have a start that danmu.js does not take for none", () => {
    expect(danmujsItem({ ...COMMENT, position_ms: 0 }, 0).start).toBe(1);
  });

  it("go from left to right only where the player can", () => {
    expect(danmakuItem(COMMENT, 1).mode).toBe("ltr");
    expect(danmujsItem(COMMENT, 1).mode).toBe("scroll");
    expect(nplayerItem(COMMENT).type).toBe("scroll");
    expect(artplayerItem(COMMENT, 1).mode).toBe(0);
  });
});

describe("what players send", () => {
  it("has the colour they wrote, or white", () => {
    expect(["#f00", "#00FF00", undefined, "red"].map(colorOf)).toEqual([
      0xff0000, 0x00ff00, 0xffffff, 0xffffff,
    ]);
  });

  it("has a place that is not negative", () => {
    expect([1.2345, undefined, -1].map(positionOf)).toEqual([1235, 0, 0]);
  });
});
