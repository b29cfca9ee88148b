import { Backoff } from "./backoff";
import type { Surroundings } from "./connection";

const ATTEMPTS_MAX = 6;
const FIRST_WAIT_MS = 2_000;
const MOST_WAIT_MS = 30_000;
/** Too much is asked of the server just now. */
const BUSY = new Set([429, 503]);

/**
 * The text at an address. A busy server is asked again, by each page after its own random wait: all
 * pages of a room may need the record at one moment.
 */
export async function textAt(
  address: string,
  { after, random }: Pick<Surroundings, "after" | "random">,
): Promise<string> {
  const backoff = new Backoff(FIRST_WAIT_MS, MOST_WAIT_MS);
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(address);
    if (response.ok) return response.text();
    if (!BUSY.has(response.status) || attempt === ATTEMPTS_MAX) {
      throw new Error(`${address}: ${response.status}`);
    }
    await new Promise<void>((go) => after(backoff.nextMs(random()), go));
  }
}
