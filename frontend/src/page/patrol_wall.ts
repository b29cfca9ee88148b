import { need } from "./dom";
import { localizeTimes } from "./times";

interface PatrolComment {
  room: string;
  number: number;
  text: string;
  is_recalled: boolean;
}

interface PatrolRoom {
  room: string;
  risk: number;
  published: number;
  held: number;
  reported: number;
  imposed: string | null;
  until_iso: string | null;
  comments: PatrolComment[];
}

interface Wall {
  rooms: PatrolRoom[];
  rooms_count: number;
  spots: PatrolComment[];
}

const COUNTS = ["risk", "published", "held", "reported"] as const;

/** Rooms by risk and what the sample drew: drawn anew on news, with the focused comment kept. */
export class PatrolWall {
  readonly #page: HTMLElement;
  #isReading = false;
  #isStale = false;

  constructor(page: HTMLElement) {
    this.#page = page;
    need("#act", HTMLFormElement, page).addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter instanceof HTMLButtonElement) void this.#act(event.submitter);
    });
  }

  /** Reads the wall; what changes meanwhile is read right after, never at the same time. */
  async read(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        const response = await fetch(this.#page.dataset.wallUrl ?? "");
        if (!response.ok) return;
        this.show((await response.json()) as Wall);
      }
    } catch {
      return; // the network is away: the next change is read
    } finally {
      this.#isReading = false;
    }
  }

  show(wall: Wall): void {
    const focused = this.#focused()?.dataset.id;
    need("#rooms-count", HTMLElement).textContent = String(wall.rooms_count);
    const spots = wall.spots.map((each) => madeComment(each, "#patrol-spot", each.room));
    need("#spot-list", HTMLElement).replaceChildren(...spots);
    need("#no-spots", HTMLElement).hidden = spots.length > 0;
    need("#room-list", HTMLElement).replaceChildren(...wall.rooms.map(madeRoom));
    need("#no-rooms", HTMLElement).hidden = wall.rooms.length > 0;
    localizeTimes(this.#page);
    if (focused)
      this.#rows()
        .find((row) => row.dataset.id === focused)
        ?.focus();
  }

  /** The next comment, or the one before. */
  step(by: 1 | -1): void {
    const rows = this.#rows();
    const focused = this.#focused();
    const at = focused ? rows.indexOf(focused) : -1;
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1);
    rows[next]?.focus();
  }

  /** Press a button of the focused comment, or of its room. */
  press(act: string): void {
    const row = this.#focused();
    const room = row?.closest<HTMLElement>(".patrol-room");
    const button = [row, room]
      .map((place) => place?.querySelector<HTMLButtonElement>(`button[data-act=${act}]`))
      .find((found) => found && !found.hidden);
    button?.click();
  }

  async #act(button: HTMLButtonElement): Promise<void> {
    const body = new URLSearchParams();
    const form = need("#act", HTMLFormElement, this.#page);
    for (const [name, value] of new FormData(form)) body.append(name, String(value));
    button.disabled = true;
    // Where it was done, the answer leads back to the wall.
    const answer = await fetch(button.formAction, { method: "POST", body }).catch(() => null);
    button.disabled = false;
    need("#not-done", HTMLElement, this.#page).hidden = answer?.ok ?? false;
    await this.read();
  }

  #rows(): HTMLElement[] {
    return [...this.#page.querySelectorAll<HTMLElement>(".patrol-comment")];
  }

  #focused(): HTMLElement | null {
    return document.activeElement?.closest<HTMLElement>(".patrol-comment") ?? null;
  }
}

function cloned(template: string): HTMLElement {
  const made = need(template, HTMLTemplateElement).content.firstElementChild?.cloneNode(true);
  if (!(made instanceof HTMLElement)) throw new Error("the page lacks a row");
  return made;
}

function madeRoom(one: PatrolRoom): HTMLElement {
  const made = cloned("#patrol-room");
  made.dataset.room = one.room;
  const link = need("[data-field=room]", HTMLAnchorElement, made);
  link.textContent = one.room;
  link.href = `/rooms/${one.room}`;
  need("meter", HTMLMeterElement, made).value = one.risk;
  for (const name of COUNTS) {
    need(`[data-field=${name}]`, HTMLElement, made).textContent = String(one[name]);
  }
  need("[data-imposed]", HTMLElement, made).hidden = one.imposed === null;
  need("time", HTMLTimeElement, made).dateTime = one.until_iso ?? "";
  const review = need("[data-act=review]", HTMLButtonElement, made);
  review.formAction = `/patrol/${one.room}/review`;
  review.hidden = one.imposed !== null;
  const comments = one.comments.map((each) => madeComment(each, "#patrol-comment", ""));
  need("[data-field=comments]", HTMLElement, made).replaceChildren(...comments);
  return made;
}

function madeComment(one: PatrolComment, template: string, room: string): HTMLElement {
  const made = cloned(template);
  made.dataset.id = `${one.room}-${one.number}`;
  made.classList.toggle("is-recalled", one.is_recalled);
  const link = need("[data-field=link]", HTMLAnchorElement, made);
  link.textContent = `${room} #${one.number}`.trim();
  link.href = `/rooms/${one.room}/comments/${one.number}`;
  need("[data-field=text]", HTMLElement, made).textContent = one.text;
  for (const button of made.querySelectorAll<HTMLButtonElement>("button")) {
    button.formAction = `/patrol/${one.room}/${one.number}/${button.dataset.act ?? ""}`;
    button.hidden = one.is_recalled;
  }
  return made;
}
