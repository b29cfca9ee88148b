import { ScreenClock } from "./clock";
import { type Flight, Item } from "./item";
import { MovingLanes, StandingLanes } from "./lanes";

/** What a viewer sets. Fractions are from 0 to 1. */
export interface OverlaySettings {
  opacity: number;
  /** Share of the picture's height that comments may use. */
  area: number;
  /** Of the text, 1 is as sent. */
  scale: number;
  /** 1 crosses the picture in eight seconds. */
  speed: number;
  /** Items on the screen at one time at most. */
  most: number;
  /** How long what stands at an edge stays. */
  standMs?: number;
}

export interface Stage {
  element: HTMLElement;
  measure(text: string, fontPx: number): number;
  realMs(): number;
  /** Whether the viewer asked for less motion: moving comments stand and fade instead. */
  still: boolean;
}

export const TRAVEL_MS = 8_000;
const STAND_MS = 4_500;
const FADE_MS = 300;
const PICTURE_HEIGHT_PX = 540;
const LINE_HEIGHT = 1.3;
/** Text grows with the picture up to here. */
export const FIT_MAX = 1.4;
export const NORMAL_SIZE = 25;
const MOVING: ReadonlySet<string> = new Set(["scroll", "reverse"]);

/** How far back a comment can have started and still be on the screen. */
export const LOOK_BACK_MS = TRAVEL_MS;

/**
 * Comments over the picture. It may leave items out (a full screen, the viewer's density); the
 * list never does. Text reaches the page as text only, and only transforms and opacity move.
 */
export class Overlay {
  readonly #stage: Stage;
  readonly #clock: ScreenClock;
  readonly #items = new Set<Item>();
  readonly #byNumber = new Map<number, Item>();
  readonly #moving = new MovingLanes();
  readonly #top = new StandingLanes();
  readonly #bottom = new StandingLanes();
  #settings: OverlaySettings;

  constructor(stage: Stage, settings: OverlaySettings) {
    this.#stage = stage;
    this.#clock = new ScreenClock(stage.realMs);
    this.#settings = settings;
    this.configure(settings);
    new ResizeObserver(() => this.#layOut()).observe(stage.element);
  }

  configure(settings: OverlaySettings): void {
    this.#settings = settings;
    this.#stage.element.style.opacity = String(settings.opacity);
    this.#layOut();
  }

  /** Takes everything off: the video jumped. */
  clear(): void {
    for (const item of [...this.#items]) this.#takeOff(item);
    this.#moving.clear();
    this.#top.clear();
    this.#bottom.clear();
  }

  run(): void {
    this.#clock.run();
    for (const item of this.#items) item.animation?.play();
  }

  stand(): void {
    this.#clock.stand();
    for (const item of this.#items) item.animation?.pause();
  }

  setRate(rate: number): void {
    this.#clock.setRate(rate);
    for (const item of this.#items) item.animation?.updatePlaybackRate(rate);
  }

  /**
   * Lets a comment fly, `elapsedMs` after its start. Returns false if there was no room for it;
   * the viewer's own comment always finds room.
   */
  add(flight: Flight, elapsedMs = 0): boolean {
    if (this.#byNumber.has(flight.number)) return true;
    if (this.#items.size >= this.#settings.most && !flight.own) return false;
    const item = new Item(flight);
    this.#measure(item);
    if (elapsedMs >= this.#lifeMs(item)) return true;
    const lane = this.#takeLane(item, this.#clock.nowMs - elapsedMs);
    if (lane === null) return false;
    item.lane = lane;
    this.#putOn(item, elapsedMs);
    return true;
  }

  /** Counts a comment to an equal one that is on the screen. */
  merge(number: number, into: number): boolean {
    const item = this.#byNumber.get(into);
    if (!item) return false;
    item.join(number);
    this.#byNumber.set(number, item);
    return true;
  }

  /** A comment on the screen turned out to be the viewer's own. */
  outline(number: number): void {
    this.#byNumber.get(number)?.outline();
  }

  /** Takes one comment off at once. */
  remove(number: number): void {
    const item = this.#byNumber.get(number);
    this.#byNumber.delete(number);
    if (item && !item.part(number)) this.#takeOff(item);
  }

  /** Has one item stand still while somebody deals with it. */
  hold(number: number): void {
    this.#byNumber.get(number)?.animation?.pause();
  }

  /** Lets it go on, if the picture does. */
  letGo(number: number): void {
    if (this.#clock.running) this.#byNumber.get(number)?.animation?.play();
  }

  /** The comments that are on the screen. */
  numbers(): number[] {
    return [...this.#byNumber.keys()];
  }

  #measure(item: Item): void {
    const fontPx = Math.round(item.flight.size * this.#fit);
    const rows = Math.max(1, Math.ceil((fontPx * LINE_HEIGHT) / this.#laneHeightPx - 0.05));
    const widthPx = Math.ceil(item.extentPx(fontPx, this.#stage.measure));
    item.box = { fontPx, widthPx, rows };
    item.moving = !this.#stage.still && MOVING.has(item.flight.mode);
  }

  /** How much larger than sent the text is drawn on this picture. */
  get #fit(): number {
    const byHeight = this.#stage.element.clientHeight / PICTURE_HEIGHT_PX;
    return Math.min(FIT_MAX, Math.max(0.56, byHeight)) * this.#settings.scale;
  }

  get #laneHeightPx(): number {
    return Math.round(NORMAL_SIZE * this.#fit * LINE_HEIGHT);
  }

  get #lanesCount(): number {
    const heightPx = this.#stage.element.clientHeight * this.#settings.area;
    return Math.max(1, Math.floor(heightPx / this.#laneHeightPx));
  }

  #takeLane(item: Item, startedMs: number): number | null {
    const lane = item.moving
      ? this.#movingLane(item, startedMs)
      : this.#standingLane(item, startedMs);
    return lane ?? (item.flight.own ? 0 : null);
  }

  #movingLane(item: Item, nowMs: number): number | null {
    const isCovered = (row: number) => this.#top.holds(row, nowMs);
    const passage = this.#passage(item, nowMs);
    return this.#moving.take(passage, item.box.rows, this.#lanesCount, isCovered);
  }

  #standingLane(item: Item, nowMs: number): number | null {
    const stay = { nowMs, untilMs: nowMs + this.#lifeMs(item) };
    const isCrossed = (row: number) =>
      item.flight.mode !== "bottom" && this.#moving.holds(row, nowMs);
    return this.#standing(item).take(stay, item.box.rows, this.#lanesCount, isCrossed);
  }

  #passage(item: Item, nowMs: number) {
    return {
      direction: item.flight.mode === "reverse" ? ("right" as const) : ("left" as const),
      widthPx: item.box.widthPx,
      stageWidthPx: this.#stage.element.clientWidth,
      travelMs: this.#lifeMs(item),
      nowMs,
    };
  }

  #standing(item: Item): StandingLanes {
    return item.flight.mode === "bottom" ? this.#bottom : this.#top;
  }

  #lifeMs(item: Item): number {
    if (item.moving) return TRAVEL_MS / this.#settings.speed;
    return this.#settings.standMs ?? STAND_MS;
  }

  #putOn(item: Item, elapsedMs: number): void {
    this.#items.add(item);
    this.#byNumber.set(item.flight.number, item);
    this.#stage.element.append(item.element);
    this.#place(item);
    const animation = item.element.animate(this.#frames(item), {
      duration: this.#lifeMs(item),
      fill: "both",
    });
    item.animation = animation;
    animation.updatePlaybackRate(this.#clock.rate);
    animation.currentTime = elapsedMs;
    animation.onfinish = () => this.#takeOff(item);
    if (!this.#clock.running) animation.pause();
  }

  #place(item: Item): void {
    const { style } = item.element;
    style.fontSize = `${item.box.fontPx}px`;
    const offset = `${item.lane * this.#laneHeightPx + 4}px`;
    style[!item.moving && item.flight.mode === "bottom" ? "bottom" : "top"] = offset;
    item.element.classList.toggle("fly-standing", !item.moving);
  }

  #frames(item: Item): Keyframe[] {
    if (!item.moving) {
      const edge = FADE_MS / this.#lifeMs(item);
      return [
        { opacity: 0, offset: 0 },
        { opacity: 1, offset: edge },
        { opacity: 1, offset: 1 - edge },
        { opacity: 0, offset: 1 },
      ];
    }
    const right = { transform: `translate3d(${this.#stage.element.clientWidth}px,0,0)` };
    const left = { transform: `translate3d(${-item.box.widthPx}px,0,0)` };
    return item.flight.mode === "reverse" ? [left, right] : [right, left];
  }

  #takeOff(item: Item): void {
    if (!this.#items.delete(item)) return;
    for (const number of item.numbers) this.#byNumber.delete(number);
    this.#byNumber.delete(item.flight.number);
    if (!item.moving) this.#standing(item).free(item.lane, item.box.rows);
    item.animation?.cancel();
    item.element.remove();
  }

  /** The picture or the settings changed: items keep their progress in the new measures. */
  #layOut(): void {
    for (const item of this.#items) {
      this.#measure(item);
      this.#place(item);
      const effect = item.animation?.effect;
      if (!(effect instanceof KeyframeEffect)) continue;
      effect.setKeyframes(this.#frames(item));
      const done = Number(item.animation?.currentTime ?? 0) / Number(effect.getTiming().duration);
      effect.updateTiming({ duration: this.#lifeMs(item) });
      if (item.animation) item.animation.currentTime = done * this.#lifeMs(item);
    }
  }
}
