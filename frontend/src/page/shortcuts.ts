const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

/** May be held down. Any other acts once: a decision would fall on the next case, too, unseen. */
const HELD = new Set(["j", "k"]);

/** What the page offers beyond elements that are marked with `data-key`. */
export type Keys = Readonly<Record<string, () => void>>;

/**
 * Single keys press what is marked with `data-key`: a link or a button is clicked, a summary opened,
 * a field focused. Never while somebody types, and never with a modifier: those are the browser's.
 */
export function listenForKeys(more: Keys = {}): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.repeat && !HELD.has(event.key)) return;
    const { target } = event;
    if (target instanceof HTMLElement && target.matches(TYPING)) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const act = more[event.key] ?? marked(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  });
  for (const opener of document.querySelectorAll<HTMLElement>("[data-opens]")) {
    opener.addEventListener("click", () => {
      const dialog = document.getElementById(opener.dataset.opens ?? "");
      if (dialog instanceof HTMLDialogElement) dialog.showModal();
    });
  }
}

function marked(key: string): (() => void) | null {
  const all = document.querySelectorAll<HTMLElement>("[data-key]");
  const found = [...all].find((each) => each.dataset.key === key);
  return found ? () => press(found) : null;
}

function press(element: HTMLElement): void {
  const { parentElement } = element;
  if (parentElement instanceof HTMLDetailsElement && element.tagName === "SUMMARY") {
    parentElement.open = true;
    parentElement.querySelector<HTMLElement>("input:not([type=hidden]), select")?.focus();
  } else if (element.matches(TYPING)) {
    element.focus();
  } else {
    element.click();
  }
}
