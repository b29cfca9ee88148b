import type { Answer, Draft, Refused } from "./messages";

export type Request =
  | ({ op: "send"; id: string } & Draft)
  | { op: "recall"; id: string; number: number }
  | { op: "like"; id: string; number: number; stands: boolean };

interface Open {
  request: Request;
  attempts: number;
  resolve(answer: Answer): void;
}

// A server answers `unknown` after two seconds: half a minute with a disk that takes three for a sync.
const ATTEMPTS_MAX = 10;
const ASK_AGAIN = new Set(["unknown", "draining"]);

/**
 * What was asked and not yet answered. Every request keeps its id for as long as it is open, and
 * the server records an id once: asking again is safe.
 */
export class Requests {
  readonly #open = new Map<string, Open>();

  add(request: Request): Promise<Answer> {
    return new Promise((resolve) => {
      this.#open.set(request.id, { request, attempts: 1, resolve });
    });
  }

  /** All open requests, oldest first: what a new socket is asked. */
  all(): Request[] {
    return [...this.#open.values()].map((open) => open.request);
  }

  /**
   * Takes an answer in. Returns the request if it has to be asked again: its outcome is not known
   * and it has not been tried too often.
   */
  settle(answer: Answer): Request | null {
    const open = this.#open.get(answer.id);
    if (!open) return null;
    if (answer.op === "refused" && ASK_AGAIN.has(answer.code) && open.attempts < ATTEMPTS_MAX) {
      open.attempts += 1;
      return open.request;
    }
    this.#open.delete(answer.id);
    open.resolve(answer);
    return null;
  }

  /** Answers an open request as one whose outcome is not known. */
  giveUp(id: string): void {
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    open.resolve(unknown(id));
  }
}

function unknown(id: string): Refused {
  return {
    op: "refused",
    id,
    code: "unknown",
    text: "",
    category: null,
    retry_after_ms: null,
    until_ms: null,
  };
}
