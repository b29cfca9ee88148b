import type { Comment, Entry } from "../client/messages";
import { fliesOnArrival } from "../replay/flight_rule";
import type { Flight } from "./item";
import { FIT_MAX, NORMAL_SIZE, type OverlaySettings, TRAVEL_MS } from "./overlay";

/** What the address of the page asks for, see docs/integrations.md. */
export interface Look {
  size: number;
  speed: number;
  opacity: number;
  area: number;
  fade: number;
  names: boolean;
  rate: number;
}

/** As much of the overlay as the show uses. */
export interface Screen {
  add(flight: Flight): boolean;
  remove(number: number): void;
  clear(): void;
  run(): void;
  stand(): void;
}

const MOST = 120;
const SECOND_MS = 1_000;

/** The overlay's own measures for what the address asks for. */
export function settingsOf(look: Look): OverlaySettings {
  return {
    opacity: look.opacity,
    area: look.area,
    scale: look.size / (NORMAL_SIZE * FIT_MAX),
    speed: TRAVEL_MS / (look.speed * SECOND_MS),
    most: MOST,
    standMs: look.fade * SECOND_MS,
  };
}

/** At most so many in any one second, whatever comes in. */
export class Rate {
  readonly #most: number;
  /** When the last `most` of them began, oldest first. */
  readonly #begunMs: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  admits(nowMs: number): boolean {
    const oldestMs = this.#begunMs[0];
    if (this.#begunMs.length >= this.#most && oldestMs !== undefined) {
      if (nowMs - oldestMs < SECOND_MS) return false;
      this.#begunMs.shift();
    }
    this.#begunMs.push(nowMs);
    return true;
  }
}

/**
 * A room's newest comments over somebody's broadcast. While nobody sees the page nothing moves and
 * nothing is added, so that it does not burst when it is seen again; what is recalled goes all the same.
 */
export class Show {
  readonly #screen: Screen;
  readonly #look: Look;
  readonly #rate: Rate;
  #visible = true;

  constructor(screen: Screen, look: Look) {
    this.#screen = screen;
    this.#look = look;
    this.#rate = new Rate(look.rate);
    screen.run();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#screen.run();
    else this.#screen.stand();
  }

  /** What may have been recalled meanwhile is not known: nothing stays. */
  clear(): void {
    this.#screen.clear();
  }

  take(entries: Iterable<Entry>, time: { nowMs: number; serverMs: number }): void {
    for (const entry of entries) {
      if (entry.kind === "recall" || entry.kind === "marker") this.#screen.remove(entry.number);
      if (entry.kind === "comment") this.#show(entry, time);
    }
  }

  #show(comment: Comment, { nowMs, serverMs }: { nowMs: number; serverMs: number }): void {
    const isNow = fliesOnArrival(comment, { broadcasting: true, mediaMs: 0, serverMs });
    if (!this.#visible || !isNow || !this.#rate.admits(nowMs)) return;
    const { number, mode, color, size } = comment;
    const text = this.#look.names ? `${comment.name}: ${comment.text}` : comment.text;
    this.#screen.add({ number, text, mode, color, size, own: false });
  }
}
