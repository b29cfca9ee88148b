import type { Answer, LikeCounts } from "../client/messages";
import { maybe, need } from "./dom";
import type { Texts } from "./texts";

export interface LikeActs {
  like(number: number, stands: boolean): Promise<Answer>;
  refused(code: string): void;
}

/** The likes of the rows: how many there are, and the viewer's own. They move no row. */
export class RowLikes {
  readonly #list = need("#list", HTMLOListElement);
  readonly #texts: Texts;
  readonly #acts: LikeActs;

  constructor(texts: Texts, acts: LikeActs) {
    this.#texts = texts;
    this.#acts = acts;
    this.#list.addEventListener("submit", (event) => this.#submit(event));
  }

  take(counts: LikeCounts): void {
    for (const [number, likes] of counts) this.#count(number, likes);
  }

  #submit(event: SubmitEvent): void {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    const row = form?.closest<HTMLLIElement>("li.row");
    if (!form?.matches(".row-like") || !row) return;
    event.preventDefault();
    void this.#put(need("button", HTMLButtonElement, form), Number(row.dataset.number));
  }

  async #put(button: HTMLButtonElement, number: number): Promise<void> {
    const stands = button.value === "true";
    button.disabled = true;
    const answer = await this.#acts.like(number, stands);
    button.disabled = false;
    if (answer.op === "refused") {
      this.#acts.refused(answer.code);
      return;
    }
    this.#mark(button, stands);
    if (answer.op === "liked") this.#count(number, answer.likes);
  }

  #mark(button: HTMLButtonElement, stands: boolean): void {
    button.value = String(!stands);
    button.setAttribute("aria-pressed", String(stands));
    button.textContent = this.#texts.say(stands ? "row.liked" : "row.like");
  }

  #count(number: number, likes: number): void {
    const row = maybe(`#c${number}`, HTMLLIElement, this.#list);
    const shown = row?.querySelector<HTMLElement>(".row-likes");
    if (!shown) return;
    shown.hidden = likes === 0;
    shown.textContent = likes === 0 ? "" : String(likes);
  }
}
