import type { Notice, RoomState } from "../client/messages";
import { need } from "./dom";
import type { Me } from "./me";
import type { Texts } from "./texts";

interface Waiting {
  seq: number;
  at_ms: number;
  author: string;
  name: string;
  text: string;
  category: string;
}

const SHOWN_MAX = 100;
const DECIDED_MAX = 500;
const TICK_MS = 250;

/**
 * What waits in the room, for those who may review: each can be stopped or let through before
 * anybody else sees it. Fed by notices; what waited before comes from the API.
 */
export class WaitingList {
  readonly #root: HTMLElement;
  readonly #list: HTMLOListElement;
  readonly #template = need("#waiting-template", HTMLTemplateElement);
  readonly #room: string;
  readonly #texts: Texts;
  readonly #me: Me;
  readonly #serverMs: () => number;
  /** Lately: an older answer of the API may still name them. */
  readonly #decided = new Set<number>();
  #delayMs = 0;

  constructor(root: HTMLElement, room: string, texts: Texts, me: Me, serverMs: () => number) {
    this.#root = root;
    this.#list = need("ol", HTMLOListElement, root);
    this.#room = room;
    this.#texts = texts;
    this.#me = me;
    this.#serverMs = serverMs;
    root.addEventListener("submit", (event) => void this.#submit(event));
    window.setInterval(() => this.#tick(), TICK_MS);
    void this.read();
  }

  setState(state: RoomState): void {
    this.#delayMs = state.delay_ms;
  }

  /** Takes a notice in that is about what waits. */
  take(notice: Notice): void {
    if (notice.kind === "held") this.#add(notice as Notice & Waiting);
    if (notice.kind === "decided" && notice.seq !== undefined) this.#drop(notice.seq);
  }

  /** Asks what waits by now; what was decided meanwhile leaves the list. */
  async read(): Promise<void> {
    if (!this.#me.may("comment.review")) return;
    const response = await fetch(`/api/rooms/${this.#room}/held`);
    if (!response.ok) return;
    const { held } = (await response.json()) as {
      held: (Omit<Waiting, "seq"> & { origin: number })[];
    };
    this.#list.replaceChildren();
    for (const each of held) this.#add({ ...each, seq: each.origin });
    this.#count();
  }

  #add(waiting: Waiting): void {
    if (this.#decided.has(waiting.seq)) return;
    const known = this.#item(waiting.seq);
    if (!known && this.#list.children.length >= SHOWN_MAX) return;
    const copy = this.#template.content.cloneNode(true) as DocumentFragment;
    const item = need("li", HTMLLIElement, copy);
    item.dataset.seq = String(waiting.seq);
    item.dataset.at = waiting.category === "delay" ? String(waiting.at_ms) : "";
    need(".row-name", HTMLElement, item).textContent = waiting.name;
    need(".waiting-text", HTMLElement, item).textContent = waiting.text;
    need(".tag", HTMLElement, item).textContent = this.#texts.say(`category.${waiting.category}`);
    // Nobody decides on what is their own.
    if (waiting.author === this.#me.author) need("form", HTMLFormElement, item).remove();
    // What was to appear by itself may wait for a person after all.
    if (known) known.replaceWith(item);
    else this.#list.append(item);
    this.#count();
    this.#tick();
  }

  #drop(seq: number): void {
    if (this.#decided.size >= DECIDED_MAX) this.#decided.clear();
    this.#decided.add(seq);
    this.#item(seq)?.remove();
    this.#count();
  }

  #item(seq: number): HTMLElement | null {
    return this.#list.querySelector<HTMLElement>(`li[data-seq="${seq}"]`);
  }

  #count(): void {
    const { length } = this.#list.children;
    this.#root.hidden = length === 0;
    need(".count", HTMLElement, this.#root).textContent = String(length);
  }

  #tick(): void {
    for (const item of this.#list.querySelectorAll<HTMLElement>("li:not([data-at=''])")) {
      const leftMs = Number(item.dataset.at) + this.#delayMs - this.#serverMs();
      const n = Math.max(0, Math.ceil(leftMs / 1000));
      need(".tag", HTMLElement, item).textContent = this.#texts.say("waiting.appears", { n });
    }
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const form = event.target;
    const item = form instanceof HTMLFormElement ? form.closest("li") : null;
    if (!(form instanceof HTMLFormElement) || !item) return;
    event.preventDefault();
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) body.set(name, String(value));
    const what = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "reject";
    const path = `/review/${this.#room}/${item.dataset.seq}/${what}`;
    await fetch(path, { method: "POST", body, redirect: "manual" });
    // Decided by this or before it: either way the list of now is the server's to tell.
    await this.read();
  }
}
