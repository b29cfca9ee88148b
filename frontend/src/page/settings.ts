import type { Mode } from "../client/messages";
import type { KeptBackList } from "../shield/kept_back";
import { compilePattern } from "../shield/patterns";
import type { ShieldRules } from "../shield/shield";
import { element, need } from "./dom";
import { type Preferences, savePreferences } from "./preferences";
import type { Texts } from "./texts";

export interface SettingsChoices {
  changed(preferences: Preferences): void;
  offset(offsetMs: number): void;
}

/** Sliders show percent; what they set is a fraction, except for the count. */
const SLIDERS = { opacity: 100, area: 100, scale: 100, speed: 100, most: 1 } as const;
type Slider = keyof typeof SLIDERS;

interface Chip {
  label: string;
  drop(): void;
}

/** The viewer's panel: how comments look, what is shielded, and what the shield kept back. */
export class SettingsPanel {
  readonly #dialog = need("#settings", HTMLDialogElement);
  readonly #form = need("#settings-form", HTMLFormElement);
  readonly #word = need("#shield-word", HTMLInputElement);
  readonly #hint = need("#shield-hint", HTMLElement);
  readonly #texts: Texts;
  readonly #choices: SettingsChoices;
  readonly #keptBack: KeptBackList;
  #preferences: Preferences;

  constructor(
    preferences: Preferences,
    keptBack: KeptBackList,
    texts: Texts,
    choices: SettingsChoices,
  ) {
    this.#preferences = preferences;
    this.#keptBack = keptBack;
    this.#texts = texts;
    this.#choices = choices;
    this.#showValues();
    this.#listen();
  }

  open(): void {
    this.#showRules();
    this.showKeptBack();
    this.#dialog.showModal();
  }

  shieldAuthor(id: string, name: string): void {
    const { authors } = this.#preferences.rules;
    if (authors.some((author) => author.id === id)) return;
    this.#setRules({ authors: [...authors, { id, name }] });
  }

  setOn(on: boolean): void {
    this.#set({ ...this.#preferences, on });
  }

  /** Brings the list of what was kept back up to date, if it can be seen. */
  showKeptBack(): void {
    need("#kept-back-title", HTMLElement).textContent = this.#texts.say("live.kept_back", {
      n: this.#keptBack.count,
    });
    need("#kept-back-empty", HTMLElement).hidden = this.#keptBack.count > 0;
    const rows = this.#keptBack.newestFirst().map(({ comment, reason }) => {
      const row = element("li");
      row.append(
        element("span", "row-number", `#${comment.number}`),
        element("span", "kept-back-text", comment.text),
        element(
          "span",
          "tag",
          this.#texts.say(`live.reason_${reason.kind}`, { value: reason.value }),
        ),
      );
      return row;
    });
    need("#kept-back", HTMLOListElement).replaceChildren(...rows);
  }

  #listen(): void {
    this.#form.addEventListener("input", (event) => this.#read(event));
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    need("#shield-add", HTMLButtonElement).addEventListener("click", () => this.#add());
    this.#word.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) this.#add();
    });
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  #read(event: Event): void {
    if (event.target === this.#word) return;
    const given = new FormData(this.#form);
    const overlay = { ...this.#preferences.overlay };
    for (const name of Object.keys(SLIDERS) as Slider[]) {
      overlay[name] = Number(given.get(name)) / SLIDERS[name];
    }
    const modes = given.getAll("mode") as Mode[];
    const rules = { ...this.#preferences.rules, modes, mergeRepeats: given.has("merge") };
    this.#choices.offset(Number(given.get("offset")) * 1000);
    this.#set({ ...this.#preferences, overlay, rules });
    this.#showOutputs();
  }

  /** A text between slashes is a pattern, any other a word. */
  #add(): void {
    const text = this.#word.value.trim();
    if (text === "") return;
    const { words, patterns } = this.#preferences.rules;
    const source = /^\/(.+)\/$/.exec(text)?.[1];
    if (source !== undefined && compilePattern(source) === null) {
      this.#hint.textContent = this.#texts.say("live.pattern_refused");
      return;
    }
    this.#hint.textContent = this.#texts.say("settings.word_hint");
    if (source === undefined) this.#setRules({ words: [...new Set([...words, text])] });
    else this.#setRules({ patterns: [...new Set([...patterns, source])] });
    this.#word.value = "";
  }

  #setRules(part: Partial<ShieldRules>): void {
    this.#set({ ...this.#preferences, rules: { ...this.#preferences.rules, ...part } });
    this.#showRules();
    this.showKeptBack();
  }

  #set(preferences: Preferences): void {
    this.#preferences = preferences;
    savePreferences(localStorage, preferences);
    this.#choices.changed(preferences);
  }

  #showRules(): void {
    const chips = this.#chips().map(({ label, drop }) => {
      const item = element("li", "chip", label);
      const button = element("button", "chip-drop", "×");
      button.type = "button";
      button.setAttribute("aria-label", this.#texts.say("live.drop_rule", { value: label }));
      button.addEventListener("click", drop);
      item.append(button);
      return item;
    });
    need("#shield-rules", HTMLUListElement).replaceChildren(...chips);
  }

  #chips(): Chip[] {
    const { words, patterns, authors } = this.#preferences.rules;
    return [
      ...words.map((word) => ({
        label: word,
        drop: () => this.#setRules({ words: words.filter((each) => each !== word) }),
      })),
      ...patterns.map((pattern) => ({
        label: `/${pattern}/`,
        drop: () => this.#setRules({ patterns: patterns.filter((each) => each !== pattern) }),
      })),
      ...authors.map((author) => ({
        label: `@${author.name}`,
        drop: () => this.#setRules({ authors: authors.filter((each) => each !== author) }),
      })),
    ];
  }

  #showValues(): void {
    const { overlay, rules } = this.#preferences;
    for (const name of Object.keys(SLIDERS) as Slider[]) {
      this.#input(name).value = String(Math.round(overlay[name] * SLIDERS[name]));
    }
    this.#input("merge").checked = rules.mergeRepeats;
    for (const box of this.#form.querySelectorAll<HTMLInputElement>("input[name=mode]")) {
      box.checked = rules.modes.includes(box.value as Mode);
    }
    this.#showOutputs();
  }

  #showOutputs(): void {
    for (const name of Object.keys(SLIDERS) as Slider[]) {
      const unit = SLIDERS[name] === 100 ? "%" : "";
      this.#output(name).textContent = `${this.#input(name).value}${unit}`;
    }
    const seconds = this.#input("offset").value;
    this.#output("offset").textContent = this.#texts.say("live.seconds", { n: seconds });
  }

  #input(name: string): HTMLInputElement {
    return need(`input[name=${name}]`, HTMLInputElement, this.#form);
  }

  #output(name: string): HTMLOutputElement {
    return need(`output[name=${name}_shown]`, HTMLOutputElement, this.#form);
  }
}
