import { element, need } from "./dom";
import type { Texts } from "./texts";

/** What is reported: a comment, or the room itself. */
export interface Reported {
  number: number | null;
  text: string;
}

interface Receipt {
  receipt: string;
  repeated: boolean;
}

type Sent = { receipt: Receipt } | { code: string };

/** Refusals that say more of comments than of reports, in words of their own. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  muted: "live.report_muted",
  own_limit: "live.report_limit",
  rate_limited: "live.report_limit",
};

/**
 * The panel that reports: the category that is pressed sends, and the receipt stands where the
 * categories were. Without a script the same is a page.
 */
export class ReportPanel {
  readonly #dialog = need("#report", HTMLDialogElement);
  readonly #what = need("#report-what", HTMLElement);
  readonly #note = need("#report-note", HTMLElement);
  readonly #reasons = need("#report-reasons", HTMLElement);
  readonly #room: string;
  readonly #texts: Texts;
  #number: number | null = null;

  constructor(room: string, texts: Texts) {
    this.#room = room;
    this.#texts = texts;
    this.#reasons.addEventListener("click", (event) => {
      const button = event.target instanceof HTMLButtonElement ? event.target : null;
      if (button) void this.#send(button.value);
    });
  }

  open({ number, text }: Reported): void {
    this.#number = number;
    this.#what.textContent = number === null ? text : `#${number} ${text}`;
    this.#note.replaceChildren();
    this.#reasons.hidden = false;
    this.#lead("#report-more", "/report");
    this.#lead("#report-complain", "/complain");
    this.#dialog.showModal();
  }

  #lead(selector: string, path: string): void {
    const query = new URLSearchParams({ room: this.#room });
    if (this.#number !== null) query.set("number", String(this.#number));
    need(selector, HTMLAnchorElement).href = `${path}?${query}`;
  }

  async #send(category: string): Promise<void> {
    this.#enable(false);
    const sent = await this.#post(category);
    this.#enable(true);
    if ("code" in sent) this.#refused(sent.code);
    else this.#done(sent.receipt);
  }

  #enable(on: boolean): void {
    for (const button of this.#reasons.querySelectorAll("button")) button.disabled = !on;
  }

  async #post(category: string): Promise<Sent> {
    const body = JSON.stringify({ room: this.#room, number: this.#number, category });
    const headers = { "Content-Type": "application/json" };
    try {
      const response = await fetch("/api/reports", { method: "POST", headers, body });
      const answer = await response.json();
      return response.ok ? { receipt: answer as Receipt } : { code: String(answer.code) };
    } catch {
      return { code: "unknown" };
    }
  }

  #refused(code: string): void {
    const own = OWN_WORDS[code] ?? `code.${code}`;
    this.#note.textContent = this.#texts.say(this.#texts.has(own) ? own : "live.report_failed");
  }

  #done({ receipt, repeated }: Receipt): void {
    this.#reasons.hidden = true;
    const link = element("a", "", this.#texts.say("live.report_look"));
    link.href = `/receipts/${receipt}`;
    if (window.top !== window) link.target = "_blank";
    const said = this.#texts.say(repeated ? "live.report_repeated" : "live.report_done");
    this.#note.replaceChildren(said, " ", element("code", "secret", receipt), " ", link);
  }
}
