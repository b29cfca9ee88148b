import type { OverlaySettings } from "../overlay/overlay";
import { NO_RULES, type ShieldRules } from "../shield/shield";

/** What a viewer has set, in this browser and nowhere else. */
export interface Preferences {
  on: boolean;
  overlay: OverlaySettings;
  rules: ShieldRules;
}

const KEY = "danmaku.viewer";

export const DEFAULTS: Preferences = {
  on: true,
  overlay: { opacity: 0.9, area: 0.75, scale: 1, speed: 1, most: 80 },
  rules: NO_RULES,
};

/** Reads what was kept; anything missing or of another form falls back to its default. */
export function loadPreferences(store: Storage): Preferences {
  const kept = parse(store.getItem(KEY));
  return {
    on: typeof kept.on === "boolean" ? kept.on : DEFAULTS.on,
    overlay: withSameTypes(DEFAULTS.overlay, kept.overlay),
    rules: withSameTypes(DEFAULTS.rules, kept.rules),
  };
}

/** A browser that refuses to store forgets with the page. */
export function savePreferences(store: Storage, preferences: Preferences): void {
  try {
    store.setItem(KEY, JSON.stringify(preferences));
  } catch {
    return;
  }
}

function parse(text: string | null): Partial<Record<keyof Preferences, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function withSameTypes<T extends object>(defaults: T, kept: unknown): T {
  const merged = { ...defaults };
  if (typeof kept !== "object" || kept === null) return merged;
  for (const name of Object.keys(defaults) as (keyof T)[]) {
    const value = (kept as Partial<T>)[name];
    const sameType = typeof value === typeof defaults[name];
    if (sameType && Array.isArray(value) === Array.isArray(defaults[name])) {
      merged[name] = value as T[keyof T];
    }
  }
  return merged;
}
