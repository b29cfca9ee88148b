/** Every lease on the page says how long it lasts still, by the server's clock. */
export class Leases {
  readonly #aheadMs: number;
  readonly #words: string;

  /** `words` has the place `{time}`. */
  constructor(serverMs: number, words: string, nowMs = Date.now()) {
    this.#aheadMs = serverMs - nowMs;
    this.#words = words;
  }

  /** Draws all of them anew; true: one has just ended. */
  draw(root: ParentNode, nowMs = Date.now()): boolean {
    let hasEnded = false;
    for (const lease of root.querySelectorAll<HTMLElement>(".lease[data-until-ms]")) {
      const untilMs = Number(lease.dataset.untilMs);
      if (!untilMs) continue;
      const leftMs = untilMs - nowMs - this.#aheadMs;
      const shown = lease.querySelector(".lease-left");
      if (shown) shown.textContent = leftMs > 0 ? this.#words.replace("{time}", clock(leftMs)) : "";
      if (leftMs <= 0) {
        delete lease.dataset.untilMs;
        hasEnded = true;
      }
    }
    return hasEnded;
  }
}

function clock(leftMs: number): string {
  const seconds = Math.ceil(leftMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
