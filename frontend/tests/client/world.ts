import type { Socket, Surroundings } from "../../src/client/connection";

export class Line implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  of(op: string): Record<string, unknown>[] {
    return this.sent.filter((message) => message.op === op);
  }
}

/** Time that a test moves by hand, and the far end of every line that was opened. */
export class World implements Surroundings {
  readonly lines: Line[] = [];
  #nowMs = 0;
  #timers: { atMs: number; run: () => void }[] = [];

  open = (): Socket => {
    const line = new Line();
    this.lines.push(line);
    return line;
  };

  after = (ms: number, run: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  random = (): number => 0.5;

  pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#timers
        .filter((timer) => timer.atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }

  get line(): Line {
    const line = this.lines.at(-1);
    if (!line) throw new Error("nothing was opened");
    return line;
  }
}
