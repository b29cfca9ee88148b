import type { RoomState } from "../client/messages";
import { maybe, need } from "./dom";
import type { Texts } from "./texts";

/** The streamer's strip: forms that post by themselves, sent here without leaving the page. */
export class StreamerStrip {
  readonly #root: HTMLElement;
  readonly #texts: Texts;

  constructor(root: HTMLElement, texts: Texts) {
    this.#root = root;
    this.#texts = texts;
    root.addEventListener("submit", (event) => void this.#submit(event));
  }

  /** What the room says now, whoever changed it. */
  setState(state: RoomState): void {
    const toggle = need("#comments-toggle", HTMLButtonElement, this.#root);
    const off = state.mode === "closed";
    toggle.value = off ? "on" : "off";
    toggle.textContent = this.#texts.say(off ? "streamer.comments_on" : "streamer.comments_off");
    need("#review-mode", HTMLFormElement, this.#root).hidden = off;
    this.#select("slow_ms", String(state.slow_ms));
    if (!off) this.#select("mode", state.mode);
  }

  #select(name: string, value: string): void {
    const select = maybe(`select[name=${name}]`, HTMLSelectElement, this.#root);
    if (select && [...select.options].some((option) => option.value === value))
      select.value = value;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    event.preventDefault();
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, event.submitter)) body.set(name, String(value));
    // The answer is a redirect back to this page, which the socket has already brought up to date.
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (response.type !== "opaqueredirect" && !response.ok) form.submit();
  }
}
