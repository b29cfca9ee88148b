/** How much of what somebody has looked at, on one day. */
export interface Day {
  seen: number;
  hard: number;
  decided: number;
  minutes: number;
}

interface Kept {
  days: Record<string, Day>;
  /** Since the last pause. */
  decisions: number;
  minutes: number;
  /** When something was counted last, milliseconds. */
  atMs: number;
  /** The case that was counted last: to load its page again is not to see it again. */
  last: string;
}

const DAYS_KEPT = 60;
const PAUSE_MS = 10 * 60_000;

/**
 * What a reviewer has been exposed to. It lies in their own browser and nowhere else: nobody can
 * ask for it, and it is no measure of anybody's work.
 */
export class Exposure {
  readonly #store: Storage;
  readonly #key: string;

  constructor(store: Storage, name: string) {
    this.#store = store;
    this.#key = `danmaku.exposure.${name}`;
  }

  saw(caseId: string, isHard: boolean, nowMs: number): void {
    const kept = this.#read();
    if (kept.last === caseId) return;
    kept.last = caseId;
    this.#count(kept, nowMs, { seen: 1, hard: isHard ? 1 : 0 });
  }

  decided(count: number, nowMs: number): void {
    const kept = this.#rested(this.#read(), nowMs);
    kept.decisions += count;
    this.#count(kept, nowMs, { decided: count });
  }

  spent(minutes: number, nowMs: number): void {
    const kept = this.#rested(this.#read(), nowMs);
    kept.minutes += minutes;
    this.#count(kept, nowMs, { minutes });
  }

  /** Whether a pause is due: after so many decisions or minutes; 0 never. */
  needsPause(decisions: number, minutes: number, nowMs: number): boolean {
    const kept = this.#rested(this.#read(), nowMs);
    const isMuch = decisions > 0 && kept.decisions >= decisions;
    return isMuch || (minutes > 0 && kept.minutes >= minutes);
  }

  paused(): void {
    this.#write({ ...this.#read(), decisions: 0, minutes: 0 });
  }

  /** Newest first. */
  days(): [day: string, counts: Day][] {
    return Object.entries(this.#read().days).sort(([one], [other]) => (one < other ? 1 : -1));
  }

  forget(): void {
    this.#store.removeItem(this.#key);
  }

  /** Whoever did nothing here for a while has had a pause. */
  #rested(kept: Kept, nowMs: number): Kept {
    return nowMs - kept.atMs < PAUSE_MS ? kept : { ...kept, decisions: 0, minutes: 0 };
  }

  #count(kept: Kept, nowMs: number, more: Partial<Day>): void {
    const name = new Date(nowMs).toISOString().slice(0, 10);
    const day = kept.days[name] ?? { seen: 0, hard: 0, decided: 0, minutes: 0 };
    for (const field of ["seen", "hard", "decided", "minutes"] as const) {
      day[field] += more[field] ?? 0;
    }
    kept.days[name] = day;
    const newest = Object.keys(kept.days).sort().slice(-DAYS_KEPT);
    const days = Object.fromEntries(newest.map((each) => [each, kept.days[each] ?? day]));
    this.#write({ ...kept, days, atMs: nowMs });
  }

  #read(): Kept {
    const none: Kept = { days: {}, decisions: 0, minutes: 0, atMs: 0, last: "" };
    try {
      const value: unknown = JSON.parse(this.#store.getItem(this.#key) ?? "{}");
      return typeof value === "object" && value !== null ? { ...none, ...value } : none;
    } catch {
      return none;
    }
  }

  /** A browser that refuses to store counts nothing. */
  #write(kept: Kept): void {
    try {
      this.#store.setItem(this.#key, JSON.stringify(kept));
    } catch {
      return;
    }
  }
}
