import type { RoomState } from "../client/messages";
import type { Texts } from "./texts";

/** What the room asks a writer to know beforehand; those who keep it are free of most of it. */
export function roomRules(state: RoomState, texts: Texts, isHost: boolean, nowMs: number): string {
  const stop = whatStops(state, texts);
  if (stop !== null) return stop;
  if (isHost) return state.mode === "every" ? texts.say("composer.every") : "";
  const silentMs = silenceMs(state, nowMs);
  if (silentMs > 0) return texts.say("live.silent_for", { n: Math.ceil(silentMs / 1000) });
  const rules = [];
  if (state.mode === "every") rules.push(texts.say("composer.every"));
  if (state.mode === "delayed")
    rules.push(texts.say("composer.delayed", { seconds: state.delay_ms / 1000 }));
  if (state.slow_ms > 0) rules.push(texts.say("composer.slow", { seconds: state.slow_ms / 1000 }));
  if (state.level_min > 0) rules.push(texts.say("composer.level", { n: state.level_min }));
  if (state.unique) rules.push(texts.say("composer.unique"));
  return rules.join(" ");
}

/** How long nobody but those who keep the room may speak from now on. */
export function silenceMs(state: RoomState, nowMs: number): number {
  return Math.max(0, (state.silent_until_ms ?? 0) - nowMs);
}

export function takesComments({ status, mode }: RoomState): boolean {
  return status === "open" && mode !== "closed";
}

function whatStops({ status, mode }: RoomState, texts: Texts): string | null {
  if (status === "closed") return texts.say("composer.room_closed");
  if (status === "paused") return texts.say("composer.room_paused");
  return mode === "closed" ? texts.say("composer.comments_off") : null;
}
