import type { Comment, Marker, Mode, Shown } from "../client/messages";
import { clockText } from "./clock_text";
import { element, maybe, need } from "./dom";
import type { Texts } from "./texts";
import { timeText } from "./times";

/** What a viewer may do with one comment. */
export interface Rights {
  own: boolean;
  recall: boolean;
  mute: boolean;
  /** Letting it back, once the room's keepers have hidden it. */
  restore: boolean;
}

/** Makes and changes the rows of the list, in the form that the server renders them in. */
export class Rows {
  readonly #template: HTMLTemplateElement;
  readonly #room: string;
  readonly #texts: Texts;

  constructor(template: HTMLTemplateElement, room: string, texts: Texts) {
    this.#template = template;
    this.#room = room;
    this.#texts = texts;
  }

  of(shown: Shown, rights: Rights): HTMLLIElement {
    const copy = this.#template.content.cloneNode(true) as DocumentFragment;
    const row = need("li", HTMLLIElement, copy);
    this.#place(row, shown);
    if (shown.kind === "marker") {
      this.empty(row, shown, rights.restore);
    } else {
      this.#fill(row, shown, rights);
    }
    this.makeSeekable(row);
    return row;
  }

  /** Stands for `missing` comments below number `before`, and leads to them. */
  gap(missing: number, before: number): HTMLLIElement {
    const row = element("li", "row-gap");
    const link = element("a", "", this.#texts.say("live.skipped", { n: missing }));
    link.href = `/rooms/${this.#room}?before=${before}`;
    row.append(link);
    return row;
  }

  /** Takes the text out of a row and leaves its marker, with the way back for who may go it. */
  empty(row: HTMLLIElement, marker: Pick<Marker, "by" | "category">, restore = false): void {
    row.classList.add("is-marker");
    row.classList.remove("is-own");
    row.hidden = false;
    row.dataset.author = "";
    need(".row-name", HTMLElement, row).textContent = "";
    const hasLeft = marker.category === "account_closed";
    const words = this.#texts.say(hasLeft ? "category.account_closed" : `marker.${marker.by}`);
    need(".row-text", HTMLElement, row).textContent = words;
    const extras = ".row-more, .row-likes, .tag, .row-restore";
    for (const extra of row.querySelectorAll(extras)) extra.remove();
    if (restore && marker.by === "room") this.#offerRestore(row);
  }

  /** A media time becomes a button that goes there. */
  makeSeekable(row: HTMLLIElement): void {
    const time = need(".row-time", HTMLElement, row);
    if (time instanceof HTMLButtonElement) return;
    const button = element("button", "row-time", time.textContent ?? "");
    button.type = "button";
    button.title = this.#texts.say("live.seek", { time: button.textContent ?? "" });
    time.replaceWith(button);
  }

  /** Adds what only a script can do to a row that the server rendered. */
  offerShield(row: HTMLLIElement): void {
    const actions = row.querySelector(".row-actions");
    if (!actions || row.dataset.author === "" || actions.querySelector(".row-shield")) return;
    const button = element("button", "row-shield small", this.#texts.say("live.shield_author"));
    button.type = "button";
    actions.append(button);
  }

  #offerRestore(row: HTMLLIElement): void {
    const form = maybe(".row-restore", HTMLFormElement, this.#template.content);
    if (!form) return;
    const copy = form.cloneNode(true) as HTMLFormElement;
    copy.action = `/rooms/${this.#room}/comments/${row.dataset.number}/restore`;
    row.append(copy);
  }

  #place(row: HTMLLIElement, shown: Shown): void {
    const path = `/rooms/${this.#room}/comments/${shown.number}`;
    row.id = `c${shown.number}`;
    row.dataset.number = String(shown.number);
    row.dataset.position = String(shown.position_ms);
    row.dataset.at = String(shown.at_ms);
    need(".row-time", HTMLElement, row).textContent = clockText(shown.position_ms);
    const link = need(".row-number", HTMLAnchorElement, row);
    link.href = path;
    link.textContent = `#${shown.number}`;
    link.title = timeText(shown.at_ms);
  }

  #fill(row: HTMLLIElement, comment: Comment, rights: Rights): void {
    row.classList.toggle("is-own", rights.own);
    maybe(".row-restore", HTMLFormElement, row)?.remove();
    row.dataset.author = comment.author;
    row.dataset.mode = comment.mode;
    need(".row-name", HTMLElement, row).textContent = comment.name;
    need(".row-text", HTMLElement, row).textContent = comment.text;
    this.#tag(row, comment);
    this.#offerActions(row, comment.number, rights);
    if (!rights.own) this.offerShield(row);
  }

  #tag(row: HTMLLIElement, comment: Comment): void {
    const body = need(".row-body", HTMLElement, row);
    if (comment.late) body.append(" ", element("span", "tag", this.#texts.say("row.late")));
    if (comment.imported) body.append(" ", element("span", "tag", this.#texts.say("row.imported")));
    if (comment.restored) body.append(" ", element("span", "tag", this.#texts.say("row.restored")));
  }

  #offerActions(row: HTMLLIElement, number: number, { own, recall, mute }: Rights): void {
    const summary = need("summary", HTMLElement, row);
    summary.setAttribute("aria-label", this.#texts.say("row.more", { number }));
    const form = need(".row-recall", HTMLFormElement, row);
    form.action = `/rooms/${this.#room}/comments/${number}/recall`;
    need("button", HTMLButtonElement, form).textContent = this.#texts.say(
      own ? "row.recall" : "row.hide",
    );
    if (own) form.querySelector("select")?.closest("label")?.remove();
    if (!recall) form.remove();
    const silence = maybe(".row-mute", HTMLFormElement, row);
    if (silence) silence.action = `/rooms/${this.#room}/comments/${number}/mute`;
    if (!mute) silence?.remove();
    const like = maybe(".row-like", HTMLFormElement, row);
    if (like) like.action = `/rooms/${this.#room}/comments/${number}/like`;
    if (own) like?.remove();
    const report = need(".row-report", HTMLAnchorElement, row);
    report.href = `/report?room=${encodeURIComponent(this.#room)}&number=${number}`;
  }
}

/** What a row that the server rendered says, at the page's position `upto`. */
export function shownOf(row: HTMLLIElement, upto: number): Shown {
  const place = {
    seq: upto,
    number: Number(row.dataset.number),
    at_ms: Number(row.dataset.at),
    position_ms: Number(row.dataset.position),
  };
  if (row.classList.contains("is-marker")) {
    return { kind: "marker", ...place, by: "platform", category: null };
  }
  return {
    kind: "comment",
    ...place,
    mode: (row.dataset.mode || "scroll") as Mode,
    color: 0xffffff,
    size: 25,
    text: row.querySelector(".row-text")?.textContent ?? "",
    author: row.dataset.author ?? "",
    name: row.querySelector(".row-name")?.textContent ?? "",
    late: false,
    imported: false,
  };
}
