import type { Socket, Surroundings } from "./connection";

/** The surroundings that a page has: real sockets, real time, real chance. */
export const browser: Surroundings = {
  open: (url, protocol) => new WebSocket(url, protocol) as Socket,
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** The socket address for a path on the page's own host. */
export function socketUrl(path: string, page: { protocol: string; host: string }): string {
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}${path}`;
}
