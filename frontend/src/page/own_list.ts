import type { Comment } from "../client/messages";
import { element, need } from "./dom";
import type { Texts } from "./texts";

/** A comment of the viewer's that nobody else sees. `category` is in their language. */
export interface Kept {
  text: string;
  status: "held" | "delayed" | "refused";
  category: string | null;
  /** Its private id, where it waits. */
  seq?: number;
}

/** What of the viewer's own waits for review or was refused, above everybody's list. */
export class OwnList {
  readonly #root: HTMLDetailsElement;
  readonly #list: HTMLUListElement;
  readonly #texts: Texts;
  readonly #name: string;

  constructor(root: HTMLDetailsElement, texts: Texts, name: string) {
    this.#root = root;
    this.#name = name;
    this.#list = need("ul", HTMLUListElement, root);
    this.#texts = texts;
  }

  add({ text, status, category, seq }: Kept): void {
    const said = element("span", "own-text", text);
    said.dir = "auto";
    const words = this.#texts.say(`own.${status}`);
    const tag = category === null ? words : `${words}: ${category}`;
    const item = element("li");
    if (seq !== undefined) item.dataset.seq = String(seq);
    item.append(said, " ", element("span", `tag tag-${status}`, tag));
    this.#list.prepend(item);
    this.#count();
  }

  /**
   * A comment that waited, or was refused, is public: now it stands in everybody's list. Known by its name, for
   * before their first public comment nobody knows their public id.
   */
  drop({ name, text }: Comment): void {
    if (name !== this.#name) return;
    const waiting = [...this.#list.children].find(
      (item) =>
        item.querySelector(".tag-held, .tag-delayed, .tag-refused") &&
        item.firstElementChild?.textContent === text,
    );
    waiting?.remove();
    this.#count();
  }

  /** A person has refused what waited. */
  refuse(seq: number, text: string, category: string): void {
    this.#list.querySelector(`li[data-seq="${seq}"]`)?.remove();
    this.add({ text, status: "refused", category });
  }

  #count(): void {
    const { length } = this.#list.children;
    this.#root.hidden = length === 0;
    need(".count", HTMLElement, this.#root).textContent = String(length);
  }
}
