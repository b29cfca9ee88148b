import type { Mode, RoomState } from "../client/messages";
import { need } from "./dom";
import type { Texts } from "./texts";

/** The streamer's strip: forms that post by themselves, sent here without leaving the page. */
export class StreamerStrip {
  readonly #root: HTMLElement;
  readonly #texts: Texts;

  constructor(root: HTMLElement, texts: Texts) {
    this.#root = root;
    this.#texts = texts;
    root.addEventListener("change", () => this.#offerDelay());
    this.#offerDelay();
    root.addEventListener("submit", (event) => void this.#submit(event));
  }

  /** What the room says now, whoever changed it. */
  setState(state: RoomState): void {
    const toggle = need("#comments-toggle", HTMLButtonElement, this.#root);
    const off = state.mode === "closed";
    toggle.value = off ? "on" : "off";
    toggle.textContent = this.#texts.say(off ? "streamer.comments_on" : "streamer.comments_off");
    need("#review-mode", HTMLFormElement, this.#root).hidden = off;
    this.#set("slow_ms", String(state.slow_ms));
    this.#set("delay_ms", String(state.delay_ms));
    if (!off) this.#set("mode", state.mode);
    this.#offerDelay();
    this.#setLimits(state);
  }

  #setLimits(state: RoomState): void {
    this.#set("text_max", String(state.text_max));
    this.#set("level_min", String(state.level_min));
    for (const name of ["unique", "colors", "sizes"] as const) {
      this.#set(name, state[name] ? "on" : "off");
    }
    const boxes = this.#root.querySelectorAll<HTMLInputElement>("input[type=checkbox][name=modes]");
    for (const box of boxes) box.checked = state.modes.includes(box.value as Mode);
  }

  /** How long a delay is matters where there is one. */
  #offerDelay(): void {
    const mode = need("select[name=mode]", HTMLSelectElement, this.#root);
    need("#delay", HTMLLabelElement, this.#root).hidden = mode.value !== "delayed";
  }

  /** A field that is being changed right now is let be. */
  #set(name: string, value: string): void {
    const field = this.#root.querySelector<HTMLInputElement | HTMLSelectElement>(`[name=${name}]`);
    if (!field || field === document.activeElement) return;
    const isOffered =
      !(field instanceof HTMLSelectElement) ||
      [...field.options].some((option) => option.value === value);
    if (isOffered) field.value = value;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    event.preventDefault();
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, event.submitter)) {
      body.append(name, String(value));
    }
    // The answer is a redirect back to this page, which the socket has already brought up to date.
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (response.type !== "opaqueredirect" && !response.ok) form.submit();
  }
}
