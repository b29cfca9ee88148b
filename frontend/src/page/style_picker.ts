import type { Mode, RoomState } from "../client/messages";
import { maybe } from "./dom";

/** The part of the composer that chooses how a comment looks: it offers what the room allows. */
export class StylePicker {
  readonly #form: HTMLFormElement;

  constructor(form: HTMLFormElement) {
    this.#form = form;
    const picker = maybe("details.picker", HTMLDetailsElement, form);
    document.addEventListener("pointerdown", (event) => {
      if (picker && !picker.contains(event.target as Node)) picker.open = false;
    });
    picker?.addEventListener("keydown", (event) => {
      if (event.key === "Escape") picker.open = false;
    });
  }

  get chosen(): { mode: Mode; color: number; size: number } {
    const chosen = new FormData(this.#form);
    return {
      mode: (chosen.get("mode") as Mode | null) ?? "scroll",
      color: Number(chosen.get("color") ?? 0xffffff),
      size: Number(chosen.get("size") ?? 25),
    };
  }

  offer(state: RoomState): void {
    const radios = [...this.#form.querySelectorAll<HTMLInputElement>("input[name=mode]")];
    for (const radio of radios) {
      radio.disabled = !state.modes.includes(radio.value as Mode);
      const label = radio.closest("label");
      if (label) label.hidden = radio.disabled;
    }
    const isChosen = radios.some((radio) => radio.checked && !radio.disabled);
    const first = radios.find((radio) => !radio.disabled);
    if (!isChosen && first) first.checked = true;
    this.#allow("sizes", state.sizes);
    this.#allow("colors", state.colors);
  }

  /** What is not allowed is not sent either: a disabled part of a form has no value. */
  #allow(name: string, allowed: boolean): void {
    const part = maybe(`fieldset[name=${name}]`, HTMLFieldSetElement, this.#form);
    if (!part) return;
    part.hidden = !allowed;
    part.disabled = !allowed;
  }
}
