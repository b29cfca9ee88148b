import { Backoff } from "./backoff";
import type { Surroundings } from "./connection";

const ATTEMPTS_MAX = 6;
const FIRST_WAIT_MS = 2_000;
const MOST_WAIT_MS = 30_000;
/** Too much is asked of the server just now. */
const BUSY = new Set([429, 503]);

/**
 * The text at an address. A server that is busy or out of reach is asked again, by each page after
 * its own random wait: all pages of a room may need the record at one moment, and it is often that
 * at which the network has just come back.
 */
export async function textAt(
  address: string,
  { after, random }: Pick<Surroundings, "after" | "random">,
): Promise<string> {
  const backoff = new Backoff(FIRST_WAIT_MS, MOST_WAIT_MS);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await textOrFault(address);
    if (typeof answer === "string") return answer;
    if (answer.isFinal || attempt === ATTEMPTS_MAX) throw answer.error;
    await new Promise<void>((go) => after(backoff.nextMs(random()), go));
  }
}

/** The text, or what kept it back and whether that will not pass. */
async function textOrFault(
  address: string,
): Promise<string | { error: unknown; isFinal: boolean }> {
  try {
    const response = await fetch(address);
    if (response.ok) return await response.text();
    const error = new Error(`${address}: ${response.status}`);
    return { error, isFinal: !BUSY.has(response.status) };
  } catch (error) {
    return { error, isFinal: false };
  }
}
