import { freshId } from "../client/ids";
import type { Answer, Draft, Refused, RoomState } from "../client/messages";
import { element, need } from "./dom";
import type { Kept } from "./own_list";
import { roomRules, silenceMs, takesComments } from "./room_rules";
import { StylePicker } from "./style_picker";
import type { Texts } from "./texts";
import { timeText } from "./times";

export interface ComposerChoices {
  send(id: string, draft: Draft): Promise<Answer>;
  mediaMs(): number;
  latencyMs(): number;
  published(number: number): void;
  /** Whether the viewer keeps the room: most of its rules are for the others. */
  isHost(): boolean;
  serverMs(): number;
  /** A text was recorded that nobody else sees. */
  kept(kept: Kept): void;
  /** Where a refusal leads: to the page that settles it, by code. */
  ways: Readonly<Record<string, string>>;
  /** Keeps a refused text for the way there and back. */
  memory: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

const TICK_MS = 250;

/**
 * The form that writes comments. It posts by itself without a script; with one it sends over the
 * socket, and a refused text stays in the box with the reason and the wait beside it.
 */
export class Composer {
  readonly #form: HTMLFormElement;
  readonly #box: HTMLInputElement;
  readonly #button: HTMLButtonElement;
  readonly #count: HTMLElement;
  readonly #note = need("#composer-note", HTMLElement);
  readonly #texts: Texts;
  readonly #choices: ComposerChoices;
  readonly #picker: StylePicker;
  #state: RoomState;
  #id = freshId();
  #sentText = "";
  #sending = false;
  #waitUntilMs = 0;
  #sentMs = 0;
  #timer = 0;
  #silence = 0;

  constructor(form: HTMLFormElement, state: RoomState, texts: Texts, choices: ComposerChoices) {
    this.#form = form;
    this.#box = need("input[name=text]", HTMLInputElement, form);
    this.#button = need("#composer-send", HTMLButtonElement, form);
    this.#count = need("#composer-count", HTMLElement, form);
    this.#state = state;
    this.#texts = texts;
    this.#choices = choices;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#box.addEventListener("input", () => this.#show());
    this.#picker = new StylePicker(form);
    this.#picker.offer(state);
    this.#takeUpKept();
    this.#keepSilence();
    // The server's page tells everybody the same; those who keep the room have less to mind.
    if (choices.isHost() && !this.#note.classList.contains("is-error")) {
      this.#say(this.#standing(), false);
    }
    this.#show();
  }

  setState(state: RoomState): void {
    const said = this.#standing();
    const slower = state.slow_ms > this.#state.slow_ms;
    this.#state = state;
    const waitMs = this.#sentMs + state.slow_ms - Date.now();
    if (slower && waitMs > 0) this.#wait(waitMs);
    // A reason that is still being read stays until the room itself has something new to say.
    if (this.#standing() !== said) this.#say(this.#standing(), false);
    this.#picker.offer(state);
    this.#keepSilence();
    this.#show();
  }

  async #submit(): Promise<void> {
    const text = this.#box.value.trim();
    if (text === "" || this.#blocked()) return;
    if (text !== this.#sentText) this.#id = freshId();
    this.#sentText = text;
    this.#sending = true;
    this.#say(this.#texts.say("live.sending"), false);
    this.#show();
    const answer = await this.#choices.send(this.#id, this.#draft(text));
    this.#sending = false;
    this.#take(answer);
    this.#show();
  }

  #draft(text: string): Draft {
    return {
      text,
      position_ms: Math.round(this.#choices.mediaMs()),
      ...this.#picker.chosen,
      latency_ms: Math.round(this.#choices.latencyMs()),
    };
  }

  #take(answer: Answer): void {
    if (answer.op === "refused") {
      this.#refused(answer);
      return;
    }
    const text = this.#sentText;
    this.#sentText = "";
    this.#choices.memory.removeItem(this.#memoryKey);
    // Whoever writes fast has begun the next one while this one was on its way.
    if (this.#box.value.trim() === text) this.#box.value = "";
    if (answer.op === "published") this.#choices.published(answer.number);
    if (answer.op === "held") {
      const { seq, category } = answer;
      this.#choices.kept({
        text,
        status: category === "delay" ? "delayed" : "held",
        category: null,
        seq,
      });
      this.#say(this.#heldText(category), false);
    } else {
      this.#say(this.#standing(), false);
    }
    this.#sentMs = Date.now();
    if (this.#state.slow_ms > 0) this.#wait(this.#state.slow_ms);
  }

  #heldText(category: string | null): string {
    if (category !== "delay") return this.#texts.say("live.held");
    return this.#texts.say("live.held_for", { n: this.#state.delay_ms / 1000 });
  }

  #refused(refused: Refused): void {
    const known = this.#texts.has(`code.${refused.code}`);
    const text = known ? this.#texts.say(`code.${refused.code}`) : refused.text;
    const category = refused.category ? this.#texts.say(`category.${refused.category}`) : null;
    this.#say(category === null ? text : `${text} (${category})`, true);
    this.#tellEnd(refused.until_ms);
    this.#showWay(refused.code);
    if (refused.code === "prohibited") {
      this.#choices.kept({ text: this.#sentText, status: "refused", category });
    }
    // Only an outcome that is not known may be asked for again under the same id.
    if (refused.code !== "unknown") this.#sentText = "";
    if (refused.retry_after_ms) this.#wait(refused.retry_after_ms);
  }

  #tellEnd(untilMs: number | null | undefined): void {
    if (!untilMs) return;
    const time = timeText(untilMs);
    this.#note.append(" ", this.#texts.say("live.notice_until", { time }));
  }

  /** A refusal that can be settled elsewhere says where; what was written is there on return. */
  #showWay(code: string): void {
    const way = this.#choices.ways[code];
    if (way === undefined) return;
    const link = element("a", "", this.#texts.say(`way.${code}`));
    link.href = way;
    if (window.top !== window) link.target = "_blank";
    this.#note.append(" ", link);
    if (code !== "prohibited") this.#choices.memory.setItem(this.#memoryKey, this.#sentText);
  }

  #takeUpKept(): void {
    this.#box.value ||= this.#choices.memory.getItem(this.#memoryKey) ?? "";
    this.#choices.memory.removeItem(this.#memoryKey);
  }

  get #memoryKey(): string {
    return `danmaku.text ${this.#form.getAttribute("action")}`;
  }

  #wait(ms: number): void {
    this.#waitUntilMs = Date.now() + ms;
    clearInterval(this.#timer);
    this.#timer = window.setInterval(() => {
      if (Date.now() >= this.#waitUntilMs) {
        clearInterval(this.#timer);
        this.#say(this.#standing(), false);
      }
      this.#show();
    }, TICK_MS);
    this.#show();
  }

  get #waitSeconds(): number {
    const { isHost, serverMs } = this.#choices;
    const silentMs = isHost() ? 0 : silenceMs(this.#state, serverMs());
    return Math.ceil(Math.max(silentMs, this.#waitUntilMs - Date.now(), 0) / 1000);
  }

  #blocked(): boolean {
    const tooLong = this.#length() > this.#state.text_max;
    return this.#sending || this.#closed() || tooLong || this.#waitSeconds > 0;
  }

  #closed(): boolean {
    return !takesComments(this.#state);
  }

  /** Counts a silence of the room down. */
  #keepSilence(): void {
    clearInterval(this.#silence);
    const leftMs = () => silenceMs(this.#state, this.#choices.serverMs());
    if (this.#choices.isHost() || leftMs() === 0) return;
    this.#silence = window.setInterval(() => {
      if (leftMs() === 0) clearInterval(this.#silence);
      this.#say(this.#standing(), false);
      this.#show();
    }, TICK_MS);
  }

  /** In code points, as the server counts. */
  #length(): number {
    return [...this.#box.value.trim()].length;
  }

  #show(): void {
    const length = this.#length();
    const { text_max } = this.#state;
    this.#count.textContent = length === 0 ? "" : `${length}/${text_max}`;
    this.#count.classList.toggle("is-over", length > text_max);
    this.#box.disabled = this.#closed();
    this.#button.disabled = this.#blocked();
    const seconds = this.#waitSeconds;
    this.#button.textContent =
      seconds > 0 ? this.#texts.say("live.wait", { n: seconds }) : this.#texts.say("composer.send");
  }

  /** What the room's state asks to be known before writing. */
  #standing(): string {
    const { isHost, serverMs } = this.#choices;
    return roomRules(this.#state, this.#texts, isHost(), serverMs());
  }

  #say(text: string, error: boolean): void {
    this.#note.textContent = text;
    this.#note.classList.toggle("is-error", error);
  }
}
