import type { Comment, Entry, Marker, RoomState, Shown } from "../client/messages";

/** What an entry did. A recall's `marker` is null where this page never knew the comment. */
export type Change =
  | { what: "published"; comment: Comment }
  | { what: "restored"; comment: Comment }
  | { what: "recalled"; number: number; marker: Marker | null }
  | { what: "room"; state: RoomState };

/**
 * The page's part of the record: each number it knows, as a comment or as what is left of it.
 * List and overlay are both drawn from the changes that it gives out, so they cannot disagree.
 */
export class RoomRecord {
  readonly #shown = new Map<number, Shown>();
  /** Numbers recalled by the stream before any page showed them, with the recall's seq. */
  readonly #recalledUnseen = new Map<number, number>();

  /**
   * Takes in what a page or a segment showed. What the stream said later wins, so a stale copy
   * from a cache cannot bring a recalled comment back.
   */
  seed(shown: Iterable<Shown>): void {
    for (const each of shown) {
      const knownSeq = this.#shown.get(each.number)?.seq ?? this.#recalledUnseen.get(each.number);
      if (knownSeq !== undefined && knownSeq >= each.seq) continue;
      this.#shown.set(each.number, each);
    }
  }

  get(number: number): Shown | undefined {
    return this.#shown.get(number);
  }

  /** In order of number. */
  all(): Shown[] {
    return [...this.#shown.values()].sort((a, b) => a.number - b.number);
  }

  /** Folds entries of the stream in, in their order. */
  apply(entries: Iterable<Entry>): Change[] {
    const changes: Change[] = [];
    for (const entry of entries) {
      const change = this.#fold(entry);
      if (change) changes.push(change);
    }
    return changes;
  }

  #fold(entry: Entry): Change | null {
    switch (entry.kind) {
      case "comment":
        this.#shown.set(entry.number, entry);
        return { what: "published", comment: entry };
      case "restore":
        this.#shown.set(entry.number, { ...entry, kind: "comment" });
        return { what: "restored", comment: entry };
      case "marker":
        this.#shown.set(entry.number, entry);
        return { what: "recalled", number: entry.number, marker: entry };
      case "recall":
        return this.#recall(entry);
      case "room":
        return { what: "room", state: entry.state };
      default:
        return null;
    }
  }

  #recall(entry: Extract<Entry, { kind: "recall" }>): Change {
    const known = this.#shown.get(entry.number);
    if (!known) {
      this.#recalledUnseen.set(entry.number, entry.seq);
      return { what: "recalled", number: entry.number, marker: null };
    }
    const { number, at_ms, position_ms } = known;
    const { seq, by, category } = entry;
    const marker = { kind: "marker" as const, seq, number, at_ms, position_ms, by, category };
    this.#shown.set(number, marker);
    return { what: "recalled", number, marker };
  }
}
