/** The words of the page's language, as the server's catalogue gives them. */
export class Texts {
  readonly #words: Readonly<Record<string, string>>;

  constructor(words: Record<string, string>) {
    this.#words = words;
  }

  /** The text of `key` with its `{names}` filled in; the key itself if the catalogue lacks it. */
  say(key: string, values: Record<string, string | number> = {}): string {
    const text = this.#words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  has(key: string): boolean {
    return key in this.#words;
  }
}
