import { beforeEach, describe, expect, it } from "vitest";
import type { Comment, Entry } from "../../src/client/messages";
import type { Flight } from "../../src/overlay/item";
import { type Look, Rate, Show, settingsOf } from "../../src/overlay/show";

const LOOK: Look = { size: 35, speed: 4, opacity: 0.9, area: 0.5, fade: 2, names: false, rate: 3 };
const NOW = { nowMs: 0, serverMs: 10_000 };

class Screen {
  shown = new Map<number, string>();
  running = false;

  add({ number, text }: Flight): boolean {
    this.shown.set(number, text);
    return true;
  }

  remove(number: number): void {
    this.shown.delete(number);
  }

  clear(): void {
    this.shown.clear();
  }

  run(): void {
    this.running = true;
  }

  stand(): void {
    this.running = false;
  }
}

function comment(number: number, some: Partial<Comment> = {}): Entry {
  return {
    kind: "comment",
    seq: number,
    number,
    at_ms: NOW.serverMs,
    position_ms: 0,
    mode: "scroll",
    color: 0xffffff,
    size: 25,
    text: `text ${number}`,
    author: "a1",
    name: "Ann",
    late: false,
    imported: false,
    ...some,
  };
}

function recall(number: number): Entry {
  return { kind: "recall", seq: 100 + number, number, by: "author", category: null };
}

describe("the show over a broadcast", () => {
  let screen: Screen;
  let show: Show;

  beforeEach(() => {
    screen = new Screen();
    show = new Show(screen, LOOK);
  });

  it("lets fly what has just been said, and takes off what is recalled", () => {
    show.take([comment(1), comment(2)], NOW);
    show.take([recall(1)], NOW);

    expect([...screen.shown]).toEqual([[2, "text 2"]]);
  });

  it("leaves out what is old, late or brought in", () => {
    const old = comment(1, { at_ms: 0 });
    show.take([old, comment(2, { late: true }), comment(3, { imported: true })], NOW);

    expect(screen.shown.size).toBe(0);
  });

  it("begins no more in a second than the address says", () => {
    show.take(
      [1, 2, 3, 4].map((number) => comment(number)),
      NOW,
    );
    show.take([comment(5)], { ...NOW, nowMs: 999 });
    show.take([comment(6)], { ...NOW, nowMs: 1_000 });

    expect([...screen.shown.keys()]).toEqual([1, 2, 3, 6]);
  });

  it("stands while nobody sees it, adds nothing, and takes off what is recalled", () => {
    show.take([comment(1), comment(2)], NOW);
    show.setVisible(false);
    show.take([comment(3), recall(1)], NOW);

    expect(screen.running).toBe(false);
    expect([...screen.shown.keys()]).toEqual([2]);

    show.setVisible(true);
    show.take([comment(4)], NOW);

    expect(screen.running).toBe(true);
    expect([...screen.shown.keys()]).toEqual([2, 4]);
  });

  it("says names if the address asks for them", () => {
    new Show(screen, { ...LOOK, names: true }).take([comment(1)], NOW);

    expect(screen.shown.get(1)).toBe("Ann: text 1");
  });

  it("keeps nothing when what it missed is not known", () => {
    show.take([comment(1)], NOW);
    show.clear();

    expect(screen.shown.size).toBe(0);
  });
});

describe("the look", () => {
  it("is told in pixels and seconds", () => {
    expect(settingsOf(LOOK)).toMatchObject({ scale: 1, speed: 2, standMs: 2_000, area: 0.5 });
  });
});

describe("a rate", () => {
  it("holds for any second, not for each one of a clock", () => {
    const rate = new Rate(2);
    const begun = [0, 900, 950, 1_000, 1_899, 1_900].filter((nowMs) => rate.admits(nowMs));

    expect(begun).toEqual([0, 900, 1_000, 1_900]);
  });
});
