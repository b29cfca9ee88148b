/** The page's language, which need not be the browser's; that one where the page names none. */
function spoken(): string | undefined {
  return document.documentElement.lang || undefined;
}

export function timeText(atMs: number): string {
  return new Date(atMs).toLocaleString(spoken());
}

/** Moments as the visitor's own clock and language tell them; the markup has them in UTC. */
export function localizeTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const at = new Date(time.dateTime);
    const isDay = time.dataset.day !== undefined;
    time.textContent = isDay ? at.toLocaleDateString(spoken()) : timeText(at.getTime());
  }
}
