import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { listenForKeys } from "../../src/page/shortcuts";

const own = vi.fn();
const press = (key: string, more: KeyboardEventInit = {}, from: Element = document.body): boolean =>
  from.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );

beforeAll(() => listenForKeys({ j: own }));

beforeEach(() => {
  own.mockClear();
  document.body.innerHTML = `<button id="go" data-key="n"></button><input id="typed">
    <select id="narrow" data-key="/"></select>
    <details id="more"><summary data-key="e"></summary><input id="note"></details>`;
});

describe("single keys", () => {
  it("press what is marked with them", () => {
    const clicked = vi.fn();
    document.querySelector("#go")?.addEventListener("click", clicked);

    expect(press("n")).toBe(false);

    expect(clicked).toHaveBeenCalledOnce();
  });

  it("focus a field and open a summary", () => {
    press("/");
    expect(document.activeElement?.id).toBe("narrow");
    (document.activeElement as HTMLElement).blur();

    press("e");
    expect(document.querySelector<HTMLDetailsElement>("#more")?.open).toBe(true);
    expect(document.activeElement?.id).toBe("note");
  });

  it("act once however long they are held, but for going up and down", () => {
    const clicked = vi.fn();
    document.querySelector("#go")?.addEventListener("click", clicked);

    press("n", { repeat: true });
    press("j", { repeat: true });

    expect(clicked).not.toHaveBeenCalled();
    expect(own).toHaveBeenCalledOnce();
  });

  it("are the page's own where it says so", () => {
    press("j");

    expect(own).toHaveBeenCalledOnce();
  });

  it("are nothing while somebody types, with a modifier, or behind a dialog", () => {
    press("j", {}, document.querySelector("#typed") ?? document.body);
    press("j", { ctrlKey: true });
    document.body.insertAdjacentHTML("beforeend", "<dialog open></dialog>");
    press("j");

    expect(own).not.toHaveBeenCalled();
  });

  it("let go of a field with Escape, and let others pass", () => {
    const field = document.querySelector<HTMLInputElement>("#typed");
    field?.focus();
    press("Escape", {}, field ?? document.body);

    expect(document.activeElement).toBe(document.body);
    expect(press("q")).toBe(true);
  });
});
