import { element, need } from "./dom";
import type { Leases } from "./leases";
import { localizeTimes } from "./times";

/** One row as the server gives it; its words are in the page's language already. */
export interface CaseRow {
  id: string;
  url: string;
  text: string;
  cover: "plain" | "blur" | "fold";
  kind_text: string;
  class: string;
  category_text: string;
  room: string;
  position: string;
  reports: number;
  outcome: string;
  state: string;
  state_text: string;
  due_iso: string;
  is_overdue: boolean;
  is_open: boolean;
  claimant: string;
  is_mine: boolean;
  lease_until_ms: number | null;
}

const WORDS = [
  "kind_text",
  "category_text",
  "room",
  "position",
  "reports",
  "outcome",
  "state_text",
] as const;

/** The queue: drawn anew whenever something changes, with what is ticked and focused kept. */
export class CaseQueue {
  readonly #page: HTMLElement;
  readonly #list: HTMLOListElement;
  readonly #template: HTMLTemplateElement;
  readonly #leases: Leases;
  #isReading = false;
  #isStale = false;

  constructor(page: HTMLElement, leases: Leases) {
    this.#page = page;
    this.#leases = leases;
    this.#list = need("#cases", HTMLOListElement, page);
    this.#template = need("#case-row", HTMLTemplateElement);
    this.#list.addEventListener("change", () => this.#countPicked());
    this.#countPicked();
  }

  /** Reads the rows; what changes meanwhile is read right after, never at the same time. */
  async read(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        // Where the network is away, the next change is read.
        const response = await fetch(this.#page.dataset.rowsUrl ?? "").catch(() => null);
        if (!response?.ok) return;
        this.show(((await response.json()) as { rows: CaseRow[] }).rows);
      }
    } finally {
      this.#isReading = false;
    }
  }

  show(rows: CaseRow[]): void {
    const focused = this.#focused();
    const picked = this.picked();
    this.#list.replaceChildren(...rows.map((row) => this.#made(row, picked.has(row.id))));
    need("#shown-count", HTMLElement).textContent = String(rows.length);
    need("#cases-none", HTMLElement).hidden = rows.length > 0;
    this.#leases.draw(this.#list);
    if (focused) this.#focus(this.#rows().find((row) => row.dataset.id === focused));
    this.#countPicked();
  }

  picked(): Set<string> {
    const boxes = this.#list.querySelectorAll<HTMLInputElement>("input[name=cases]:checked");
    return new Set([...boxes].map((box) => box.value));
  }

  /** The next row, or the one before. */
  step(by: 1 | -1): void {
    const rows = this.#rows();
    const at = rows.findIndex((row) => row.dataset.id === this.#focused());
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1);
    this.#focus(rows[next]);
  }

  pick(): void {
    const row = this.#rows().find((each) => each.dataset.id === this.#focused());
    row?.querySelector<HTMLInputElement>("input[name=cases]")?.click();
  }

  #made(row: CaseRow, isPicked: boolean): Element {
    const made = this.#template.content.firstElementChild?.cloneNode(true);
    if (!(made instanceof HTMLElement)) throw new Error("the page lacks a row");
    made.dataset.id = row.id;
    made.classList.toggle("is-mine", row.is_mine);
    const box = need("input[name=cases]", HTMLInputElement, made);
    box.value = row.id;
    box.checked = isPicked && row.is_open;
    box.hidden = box.disabled = !row.is_open;
    box.setAttribute("aria-label", `${box.getAttribute("aria-label")}${row.id}`);
    for (const name of WORDS) {
      need(`[data-field=${name}]`, HTMLElement, made).textContent = String(row[name]);
    }
    need("[data-class]", HTMLElement, made).className = `tag tag-${row.class}`;
    need(".case-reports", HTMLElement, made).hidden = row.reports < 2;
    this.#quote(need(".case-link", HTMLAnchorElement, made), row);
    this.#tellWhen(made, row);
    return made;
  }

  #quote(link: HTMLAnchorElement, row: CaseRow): void {
    link.href = row.url;
    const folded = (this.#page.dataset.folded ?? "").replace("{category}", row.category_text);
    const text = row.cover === "fold" ? folded : row.text;
    link.replaceChildren(element("bdi", row.cover === "blur" ? "blurred" : "", text));
  }

  #tellWhen(made: HTMLElement, row: CaseRow): void {
    need("[data-state]", HTMLElement, made).dataset.state = row.state;
    need(".case-due", HTMLElement, made).classList.toggle("is-overdue", row.is_overdue);
    need("time", HTMLTimeElement, made).dateTime = row.due_iso;
    localizeTimes(made);
    const lease = need(".lease", HTMLElement, made);
    if (!row.claimant) {
      lease.remove();
      return;
    }
    lease.classList.toggle("is-mine", row.is_mine);
    lease.dataset.untilMs = String(row.lease_until_ms ?? "");
    need("bdi", HTMLElement, lease).textContent = row.claimant;
  }

  #rows(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>(".case-row")];
  }

  #focused(): string | undefined {
    return document.activeElement?.closest<HTMLElement>(".case-row")?.dataset.id;
  }

  #focus(row: HTMLElement | undefined): void {
    row?.querySelector<HTMLElement>(".case-link")?.focus();
  }

  #countPicked(): void {
    const count = this.picked().size;
    const shown = document.querySelector("#picked-count");
    const button = document.querySelector<HTMLButtonElement>("#batch-decide");
    if (shown) shown.textContent = count ? String(count) : "";
    if (button) button.disabled = count === 0;
  }
}
