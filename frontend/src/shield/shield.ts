import type { Comment, Mode } from "../client/messages";
import { compilePattern } from "./patterns";

/** What a viewer does not want to see; lives in their browser alone. */
export interface ShieldRules {
  words: string[];
  patterns: string[];
  /** Public ids of this room, with the names they had when they were shielded. */
  authors: { id: string; name: string }[];
  modes: Mode[];
  mergeRepeats: boolean;
}

export interface Reason {
  kind: "word" | "pattern" | "author" | "mode";
  /** The rule that met. */
  value: string;
}

export const NO_RULES: ShieldRules = {
  words: [],
  patterns: [],
  authors: [],
  modes: [],
  mergeRepeats: true,
};

/** One set of rules, made ready to look at many comments. */
export class Shield {
  readonly #words: { folded: string; value: string }[];
  readonly #patterns: { matcher: RegExp; value: string }[];
  readonly #authors: Map<string, string>;
  readonly #modes: ReadonlySet<Mode>;

  constructor(rules: ShieldRules) {
    this.#words = rules.words.map((value) => ({ folded: fold(value), value }));
    this.#patterns = rules.patterns.flatMap((value) => {
      const matcher = compilePattern(value);
      return matcher ? [{ matcher, value }] : [];
    });
    this.#authors = new Map(rules.authors.map(({ id, name }) => [id, name]));
    this.#modes = new Set(rules.modes);
  }

  /** Why a comment is kept from this viewer, or null if it is not. */
  reasonFor(comment: Comment): Reason | null {
    const name = this.#authors.get(comment.author);
    if (name !== undefined) return { kind: "author", value: name };
    if (this.#modes.has(comment.mode)) return { kind: "mode", value: comment.mode };
    const folded = fold(comment.text);
    const word = this.#words.find((each) => folded.includes(each.folded));
    if (word) return { kind: "word", value: word.value };
    const pattern = this.#patterns.find((each) => each.matcher.test(comment.text));
    return pattern ? { kind: "pattern", value: pattern.value } : null;
  }
}

/** Width and case do not matter to a viewer who shields a word. */
export function fold(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase();
}
