import { beforeEach, describe, expect, it } from "vitest";
import { Exposure } from "../../src/page/exposure";

const NOON = Date.UTC(2026, 0, 1, 12);
const MINUTE_MS = 60_000;
let exposure: Exposure;

beforeEach(() => {
  localStorage.clear();
  exposure = new Exposure(localStorage, "Rey");
});

describe("what somebody has been exposed to", () => {
  it("is counted by day, a case once however often its page is loaded", () => {
    exposure.saw("r1", true, NOON);
    exposure.saw("r1", true, NOON);
    exposure.saw("r2", false, NOON);
    exposure.decided(3, NOON);
    exposure.spent(1, NOON);
    exposure.saw("r3", false, NOON + 24 * 60 * MINUTE_MS);

    expect(exposure.days()).toEqual([
      ["2026-01-02", { seen: 1, hard: 0, decided: 0, minutes: 0 }],
      ["2026-01-01", { seen: 2, hard: 1, decided: 3, minutes: 1 }],
    ]);
  });

  it("is one person's, and is forgotten when they say so", () => {
    exposure.decided(1, NOON);

    expect(new Exposure(localStorage, "Ria").days()).toEqual([]);
    exposure.forget();
    expect(exposure.days()).toEqual([]);
  });

  it("asks for a pause after so many decisions or minutes, and never for 0", () => {
    exposure.decided(2, NOON);
    exposure.spent(5, NOON);

    expect(exposure.needsPause(2, 0, NOON)).toBe(true);
    expect(exposure.needsPause(3, 5, NOON)).toBe(true);
    expect(exposure.needsPause(3, 6, NOON)).toBe(false);
    expect(exposure.needsPause(0, 0, NOON)).toBe(false);
  });

  it("knows a pause that was said, and one that was simply had", () => {
    exposure.decided(5, NOON);
    exposure.paused();
    expect(exposure.needsPause(1, 0, NOON)).toBe(false);

    exposure.decided(5, NOON);
    expect(exposure.needsPause(1, 0, NOON + 11 * MINUTE_MS)).toBe(false);
  });

  it("keeps two months, and reads nothing that is none of its own", () => {
    for (let day = 0; day < 70; day++) exposure.decided(1, NOON + day * 24 * 60 * MINUTE_MS);
    expect(exposure.days().length).toBe(60);

    localStorage.setItem("danmaku.exposure.Rey", "nonsense");
    expect(exposure.days()).toEqual([]);
  });
});
