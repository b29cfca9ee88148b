/** A moment in the page's language, which need not be the browser's. */
export function timeText(atMs: number): string {
  return new Date(atMs).toLocaleString(document.documentElement.lang);
}

/** Moments as the visitor's own clock and language tell them; the markup has them in UTC. */
export function localizeTimes(root: ParentNode): void {
  const { lang } = document.documentElement;
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const at = new Date(time.dateTime);
    const isDay = time.dataset.day !== undefined;
    time.textContent = isDay ? at.toLocaleDateString(lang) : at.toLocaleString(lang);
  }
}
