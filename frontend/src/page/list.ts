import type { Comment, Shown } from "../client/messages";
import type { Change } from "../record/record";
import { maybe, need } from "./dom";
import { type Rights, type Rows, shownOf } from "./rows";
import type { Texts } from "./texts";

/** Rows kept in the page; older ones are a link away. */
const ROWS_MAX = 300;

export interface ListChoices {
  rightsOver(comment: Comment): Rights;
  mayRestore(): boolean;
  isShielded(comment: Comment): boolean;
  seek(positionMs: number): void;
  recall(number: number): void;
  shieldAuthor(id: string, name: string): void;
  report(number: number, text: string): void;
}

/**
 * The page's list, newest first. The server rendered it complete; this adds what comes in. While
 * the reader is further down nothing moves: new rows wait behind a button that counts them.
 */
export class CommentList {
  readonly #list = need("#list", HTMLOListElement);
  readonly #scroll = need("#list-scroll", HTMLElement);
  readonly #newButton = need("#list-new", HTMLButtonElement);
  readonly #total = need("#list-total", HTMLElement);
  readonly #rows: Rows;
  readonly #texts: Texts;
  readonly #choices: ListChoices;
  readonly #past: boolean;
  #waiting: Shown[] = [];
  #newest: number;
  #atTop = true;

  constructor(rows: Rows, texts: Texts, choices: ListChoices) {
    this.#rows = rows;
    this.#texts = texts;
    this.#choices = choices;
    this.#past = "past" in this.#list.dataset;
    this.#newest = Math.max(this.#shownTotal, Number(this.#all()[0]?.dataset.number ?? 0));
    for (const row of this.#all()) {
      this.#rows.makeSeekable(row);
      if (!row.classList.contains("is-own")) this.#rows.offerShield(row);
    }
    this.#listen();
  }

  /** What the server's rows say, for the record's fold. */
  shownAt(upto: number): Shown[] {
    return this.#all().map((row) => shownOf(row, upto));
  }

  take(changes: Change[]): void {
    for (const change of changes) this.#takeOne(change);
    this.#release();
  }

  /** Hides and shows rows after the viewer changed the shield. */
  shieldAgain(shown: Iterable<Shown>): void {
    for (const each of shown) {
      const row = this.#row(each.number);
      if (row && each.kind === "comment") row.hidden = this.#choices.isShielded(each);
    }
  }

  #takeOne(change: Change): void {
    switch (change.what) {
      case "published":
        this.#add({ kind: "comment", ...change.comment });
        return;
      case "restored":
        this.#replace({ kind: "comment", ...change.comment });
        return;
      case "recalled":
        if (change.marker) this.#mark({ kind: "marker", ...change.marker });
        return;
      case "room":
        return;
    }
  }

  /** The server may have rendered a row that the stream brings once more. */
  #add(shown: Shown): void {
    if (this.#row(shown.number)) {
      this.#replace(shown);
      return;
    }
    this.#count(shown.number);
    this.#waiting.push(shown);
  }

  /** Of a comment that came and went while this page was away, the marker is all that comes. */
  #mark(marker: Shown): void {
    if (marker.number > this.#shownTotal) this.#add(marker);
    else this.#replace(marker);
  }

  #replace(shown: Shown): void {
    const waiting = this.#waiting.findIndex((each) => each.number === shown.number);
    if (waiting >= 0) this.#waiting[waiting] = shown;
    const row = this.#row(shown.number);
    if (!row) return;
    if (shown.kind === "marker") this.#rows.empty(row, shown, this.#choices.mayRestore());
    else row.replaceWith(this.#made(shown));
  }

  #release(): void {
    if (this.#waiting.length === 0) return;
    if (this.#past || !this.#atTop) {
      this.#announce();
      return;
    }
    const rows = this.#madeWaiting().reverse();
    this.#list.prepend(...rows);
    this.#trim();
    maybe("#list-empty", HTMLElement)?.remove();
    this.#announce();
  }

  /**
   * The rows that waited, oldest first. Numbers have no gaps: those that are missing were skipped
   * for a slow viewer or left out in a rush, and are a link away; one link for all of them, since
   * in a rush they are many.
   */
  #madeWaiting(): HTMLLIElement[] {
    const rows: HTMLLIElement[] = [];
    let [missing, firstGap, before] = [0, 0, 0];
    for (const shown of this.#waiting) {
      const gap = shown.number - this.#newest - 1;
      if (gap > 0) {
        if (missing === 0) firstGap = rows.length;
        missing += gap;
        before = shown.number;
      }
      this.#newest = Math.max(this.#newest, shown.number);
      rows.push(this.#made(shown));
    }
    this.#waiting = [];
    if (missing > 0) rows.splice(firstGap, 0, this.#rows.gap(missing, before));
    return rows;
  }

  #made(shown: Shown): HTMLLIElement {
    if (shown.kind === "marker")
      return this.#rows.of(shown, {
        own: false,
        recall: false,
        mute: false,
        restore: this.#choices.mayRestore(),
      });
    const row = this.#rows.of(shown, this.#choices.rightsOver(shown));
    row.hidden = this.#choices.isShielded(shown);
    return row;
  }

  /** Lets go of the oldest rows; the link to older pages then begins where the rows end. */
  #trim(): void {
    const rows = this.#all();
    if (rows.length <= ROWS_MAX) return;
    const last = rows[ROWS_MAX - 1];
    while (last?.nextElementSibling) last.nextElementSibling.remove();
    const lowest = last?.dataset.number;
    const pager = need(".pager", HTMLElement, this.#scroll);
    const link = maybe("#list-older", HTMLAnchorElement) ?? document.createElement("a");
    link.id = "list-older";
    link.className = "button small";
    link.textContent = this.#texts.say("list.older");
    link.href = `?before=${lowest}`;
    pager.append(link);
  }

  #announce(): void {
    const count = this.#waiting.length;
    this.#newButton.hidden = count === 0;
    this.#newButton.textContent = this.#texts.say("live.new_comments", { n: count });
  }

  #count(number: number): void {
    const total = Math.max(this.#shownTotal, number);
    this.#total.dataset.total = String(total);
    this.#total.textContent = String(total);
  }

  get #shownTotal(): number {
    return Number(this.#total.dataset.total);
  }

  #all(): HTMLLIElement[] {
    return [...this.#list.querySelectorAll<HTMLLIElement>("li.row")];
  }

  #row(number: number): HTMLLIElement | null {
    return maybe(`#c${number}`, HTMLLIElement, this.#list);
  }

  #listen(): void {
    new IntersectionObserver(([top]) => {
      this.#atTop = top?.isIntersecting ?? true;
      this.#release();
    }).observe(need("#list-top", HTMLElement));
    this.#newButton.addEventListener("click", () => this.#showNew());
    this.#list.addEventListener("click", (event) => this.#click(event));
    this.#list.addEventListener("submit", (event) => this.#submit(event));
  }

  #showNew(): void {
    if (this.#past) {
      location.assign(location.pathname);
      return;
    }
    this.#atTop = true;
    this.#release();
    need("#list-top", HTMLElement).scrollIntoView({ block: "nearest" });
  }

  #click(event: Event): void {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest<HTMLLIElement>("li.row");
    if (!target || !row) return;
    if (target.closest(".row-time")) this.#choices.seek(Number(row.dataset.position));
    if (target.closest(".row-report")) {
      event.preventDefault();
      const text = row.querySelector(".row-text")?.textContent ?? "";
      this.#choices.report(Number(row.dataset.number), text);
    }
    if (target.closest(".row-shield")) {
      const name = row.querySelector(".row-name")?.textContent ?? "";
      this.#choices.shieldAuthor(row.dataset.author ?? "", name);
    }
  }

  #submit(event: SubmitEvent): void {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    const row = form?.closest<HTMLLIElement>("li.row");
    if (!form || !row || form.matches(".row-like")) return;
    event.preventDefault();
    const isOwn = form.matches(".row-recall") && !form.querySelector("select");
    if (isOwn) this.#choices.recall(Number(row.dataset.number));
    else void this.#post(form);
  }

  /** A keeper's act has its reason in the form; the socket brings what became of it. */
  async #post(form: HTMLFormElement): Promise<void> {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) body.set(name, String(value));
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (response.type !== "opaqueredirect" && !response.ok) form.submit();
    const more = form.closest("details");
    if (more) more.open = false;
  }
}
