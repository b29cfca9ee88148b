import type { Comment, You } from "../client/messages";

/** The viewer themselves: who the server says they are, and which comments are theirs. */
export class Me {
  #you: You | null;
  readonly #numbers = new Set<number>();
  #author: string | null;

  constructor(you: You | null) {
    this.#you = you;
    this.#author = you?.author ?? null;
  }

  set you(you: You | null) {
    this.#you = you;
    this.#author = you?.author ?? this.#author;
  }

  /** A comment of theirs was published: a first one also tells their public id here. */
  published(number: number): void {
    this.#numbers.add(number);
  }

  isAuthor(comment: Comment): boolean {
    if (this.#numbers.has(comment.number)) this.#author ??= comment.author;
    return this.#author !== null && comment.author === this.#author;
  }

  get powers(): readonly string[] {
    return this.#you?.powers ?? [];
  }

  /** Their public id in this room, once it is known. */
  get author(): string | null {
    return this.#author;
  }

  may(power: string): boolean {
    return this.#you?.powers.includes(power) ?? false;
  }
}
