import { describe, expect, it } from "vitest";
import type { RoomState } from "../../src/client/messages";
import { roomRules } from "../../src/page/room_rules";
import { Texts } from "../../src/page/texts";

const OPEN = {
  status: "open",
  mode: "machine",
  slow_ms: 0,
  delay_ms: 5_000,
  level_min: 0,
  unique: false,
  silent_until_ms: null,
} as RoomState;
const TEXTS = new Texts({
  "composer.comments_off": "Off.",
  "composer.every": "Reviewed.",
  "composer.delayed": "After {seconds} s.",
  "composer.slow": "Every {seconds} s.",
  "composer.level": "From level {n}.",
  "composer.unique": "Nothing twice.",
  "live.silent_for": "Silence, {n} s.",
});

function said(change: Partial<RoomState>, isHost = false): string {
  return roomRules({ ...OPEN, ...change }, TEXTS, isHost, 1_000);
}

describe("what a room asks", () => {
  it("is nothing as a rule", () => {
    expect(said({})).toBe("");
  });

  it("is said together", () => {
    const change = { mode: "delayed", slow_ms: 10_000, level_min: 3, unique: true } as const;
    expect(said(change)).toBe("After 5 s. Every 10 s. From level 3. Nothing twice.");
  });

  it("gives way to what stops everything", () => {
    expect(said({ mode: "closed", slow_ms: 10_000 })).toBe("Off.");
    expect(said({ silent_until_ms: 3_500, slow_ms: 10_000 })).toBe("Silence, 3 s.");
  });

  it("is for those who do not keep it", () => {
    const change = { mode: "delayed", slow_ms: 10_000, silent_until_ms: 3_500 } as const;
    expect(said(change, true)).toBe("");
    expect(said({ mode: "closed" }, true)).toBe("Off.");
  });
});
