type Kind<T extends Element> = abstract new (...args: never[]) => T;

/** The element that a template promises; a page without it is a defect of ours. */
export function need<T extends Element>(
  selector: string,
  kind: Kind<T>,
  root: ParentNode = document,
): T {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page lacks ${selector}`);
  return found;
}

export function maybe<T extends Element>(
  selector: string,
  kind: Kind<T>,
  root: ParentNode = document,
): T | null {
  const found = root.querySelector(selector);
  return found instanceof kind ? found : null;
}

/** An element with a class and plain text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = "",
  text = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
