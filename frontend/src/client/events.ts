/** Named events with typed payloads; a listener is told in the order in which it was added. */
export class Events<Payloads extends object> {
  readonly #listeners = new Map<keyof Payloads, Set<(payload: never) => void>>();

  /** Returns what ends it. */
  on<Name extends keyof Payloads>(
    name: Name,
    listener: (payload: Payloads[Name]) => void,
  ): () => void {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all);
    all.add(listener);
    return () => all.delete(listener);
  }

  emit<Name extends keyof Payloads>(name: Name, payload: Payloads[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      (listener as (payload: Payloads[Name]) => void)(payload);
    }
  }
}
