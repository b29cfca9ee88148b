import type { Overlay } from "../overlay/overlay";
import { need } from "./dom";

export interface FlyChoices {
  report(number: number, text: string): void;
  shield(number: number): void;
  mayShield(number: number): boolean;
}

const EDGE_PX = 8;

/** The menu of a comment over the picture, which stands still as long as it is open. */
export class FlyMenu {
  readonly #menu = need("#fly-menu", HTMLElement);
  readonly #text = need("#fly-menu-text", HTMLElement);
  readonly #shield = need("#fly-shield", HTMLButtonElement);
  readonly #overlay: Overlay;
  readonly #choices: FlyChoices;
  #number = 0;

  constructor(layer: HTMLElement, overlay: Overlay, choices: FlyChoices) {
    this.#overlay = overlay;
    this.#choices = choices;
    layer.addEventListener("click", (event) => this.#click(event));
    // Before, not after: "toggle" comes late, and not at all when another comment is pressed at once.
    this.#menu.addEventListener("beforetoggle", (event) => {
      if ((event as ToggleEvent).newState === "closed") this.#overlay.letGo(this.#number);
    });
    need("#fly-report", HTMLButtonElement).addEventListener("click", () => {
      this.#menu.hidePopover();
      this.#choices.report(this.#number, this.#text.textContent ?? "");
    });
    this.#shield.addEventListener("click", () => {
      this.#menu.hidePopover();
      this.#choices.shield(this.#number);
    });
  }

  #click(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const item = target?.closest<HTMLElement>(".fly");
    if (!item) return;
    event.stopPropagation();
    this.#number = Number(item.dataset.number);
    this.#overlay.hold(this.#number);
    this.#text.textContent = item.firstElementChild?.textContent ?? "";
    this.#shield.hidden = !this.#choices.mayShield(this.#number);
    this.#menu.showPopover();
    this.#place(event.clientX, event.clientY);
  }

  /** Where it was pressed, but wholly in the window. */
  #place(x: number, y: number): void {
    const { width, height } = this.#menu.getBoundingClientRect();
    const left = Math.max(EDGE_PX, Math.min(x, window.innerWidth - width - EDGE_PX));
    const top = Math.max(EDGE_PX, Math.min(y, window.innerHeight - height - EDGE_PX));
    this.#menu.style.left = `${left}px`;
    this.#menu.style.top = `${top}px`;
  }
}
