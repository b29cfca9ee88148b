import { beforeEach, describe, expect, it } from "vitest";
import type { Notice } from "../../src/client/messages";
import { showNotice } from "../../src/page/notices";
import { Texts } from "../../src/page/texts";

const TEXTS = new Texts({
  "category.spoiler": "Spoiler",
  "live.own_refused": "Refused: {category}.",
  "live.notice_result": "Decided.",
  "live.notice_name": "Named.",
  "live.notice_reversed": "Undone.",
  "live.notice_appeal": "Appeal",
});

let place: HTMLElement;

function tell(notice: object): (string | null)[] {
  showNotice(place, TEXTS, { op: "notice", ...notice } as Notice);
  return [...place.children].map((line) => line.textContent);
}

beforeEach(() => {
  place = document.createElement("p");
  place.hidden = true;
});

describe("notices", () => {
  it("stand below one another, so that none hides what another says", () => {
    tell({ kind: "refused", category: "spoiler" });

    expect(tell({ kind: "result" })).toEqual(["Refused: Spoiler. Appeal", "Decided. Appeal"]);
    expect(place.hidden).toBe(false);
    expect([...place.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual([
      "/me#comments",
      "/me#filed",
    ]);
  });

  it("are three at most, each once, the newest last", () => {
    for (const kind of ["result", "name", "reversed"]) tell({ kind });
    tell({ kind: "result" });

    expect(tell({ kind: "refused", category: "spoiler" })).toEqual([
      "Undone. Appeal",
      "Decided. Appeal",
      "Refused: Spoiler. Appeal",
    ]);
  });

  it("of no kind that the page knows say nothing", () => {
    expect(tell({ kind: "decided" })).toEqual([]);
    expect(place.hidden).toBe(true);
  });
});
