import type { Mode } from "../client/messages";

/** One comment on its way to the screen. */
export interface Flight {
  number: number;
  text: string;
  mode: Mode;
  color: number;
  /** As on the wire: 18, 25 or 36 for a picture 540 px high. */
  size: number;
  own: boolean;
}

export interface Box {
  fontPx: number;
  widthPx: number;
  rows: number;
}

const OWN_EXTRA_PX = 16;

/**
 * An item on the screen. Several equal comments may share one item, which then shows their count;
 * it goes when the last of their numbers goes.
 */
export class Item {
  readonly element: HTMLElement;
  readonly flight: Flight;
  readonly numbers: Set<number>;
  box: Box = { fontPx: 25, widthPx: 0, rows: 1 };
  lane = 0;
  moving = false;
  animation: Animation | null = null;
  readonly #badge: HTMLElement;

  constructor(flight: Flight) {
    this.flight = flight;
    this.numbers = new Set([flight.number]);
    this.element = document.createElement("div");
    this.element.className = "fly";
    if (flight.own) this.outline();
    this.element.dataset.number = String(flight.number);
    this.element.style.color = cssColor(flight.color);
    if (isDark(flight.color)) this.element.classList.add("fly-dark");
    const text = document.createElement("span");
    text.textContent = flight.text;
    this.#badge = document.createElement("span");
    this.#badge.className = "fly-count";
    this.#badge.hidden = true;
    this.element.append(text, this.#badge);
  }

  /** Width on the screen without laying the page out: `measure` knows the font. */
  extentPx(fontPx: number, measure: (text: string, fontPx: number) => number): number {
    return measure(this.flight.text, fontPx) + (this.flight.own ? OWN_EXTRA_PX : 0);
  }

  /** Shows that the comment is the viewer's own. */
  outline(): void {
    this.element.classList.add("fly-own");
  }

  join(number: number): void {
    this.numbers.add(number);
    this.#count();
  }

  /** Returns whether any comment is left in the item. */
  part(number: number): boolean {
    this.numbers.delete(number);
    this.#count();
    return this.numbers.size > 0;
  }

  #count(): void {
    this.#badge.hidden = this.numbers.size < 2;
    this.#badge.textContent = `×${this.numbers.size}`;
  }
}

export function cssColor(color: number): string {
  return `#${color.toString(16).padStart(6, "0")}`;
}

/** Whether a light outline is needed to read the colour over a picture. */
function isDark(color: number): boolean {
  const red = (color >> 16) & 255;
  const green = (color >> 8) & 255;
  const blue = color & 255;
  return red * 0.299 + green * 0.587 + blue * 0.114 < 72;
}
