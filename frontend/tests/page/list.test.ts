import { beforeEach, describe, expect, it } from "vitest";
import type { Comment, Marker } from "../../src/client/messages";
import { CommentList } from "../../src/page/list";
import { Rows } from "../../src/page/rows";
import { Texts } from "../../src/page/texts";

const ROW = `
  <span class="row-time"></span>
  <p class="row-body"><span class="row-name"></span> <span class="row-text"></span></p>
  <a class="row-number" href=""></a>
  <details class="row-more"><summary></summary><div class="row-actions">
    <form class="row-recall"><button></button></form><a class="button small row-report"></a>
  </div></details>`;

const PAGE = `
  <span id="list-total" data-total="2"></span>
  <div id="list-scroll"><div id="list-top"></div><button id="list-new" hidden></button>
    <ol id="list">
      <li class="row" id="c2" data-number="2" data-author="a">${ROW}</li>
      <li class="row" id="c1" data-number="1" data-author="a">${ROW}</li>
    </ol><nav class="pager"></nav></div>
  <template id="row-template"><li class="row">
    <form class="row-restore"><button>Back</button></form>${ROW}</li></template>`;

let list: CommentList;
let keeps = false;

function comment(number: number): Comment {
  const style = { mode: "scroll" as const, color: 0xffffff, size: 25 };
  const place = { seq: number, number, at_ms: number, position_ms: 0 };
  return {
    ...place,
    ...style,
    text: `c${number}`,
    author: "a",
    name: "Ann",
    late: false,
    imported: false,
  };
}

function marker(number: number): Marker {
  return { seq: number, number, at_ms: number, position_ms: 0, by: "author", category: null };
}

/** The rows from the top: a number, or the address that a gap leads to. */
function shown(): (string | null)[] {
  return [...document.querySelectorAll<HTMLElement>("#list > li")].map(
    (row) => row.dataset.number ?? row.querySelector("a")?.getAttribute("href") ?? null,
  );
}

beforeEach(() => {
  document.body.innerHTML = PAGE;
  const texts = new Texts({ "live.skipped": "{n} missing", "marker.author": "withdrawn" });
  const template = document.querySelector("template") as HTMLTemplateElement;
  list = new CommentList(new Rows(template, "r", texts), texts, {
    rightsOver: () => ({ own: false, recall: false, mute: false, restore: false }),
    mayRestore: () => keeps,
    isShielded: () => false,
    seek: () => {},
    recall: () => {},
    shieldAuthor: () => {},
    report: () => {},
  });
});

describe("the list", () => {
  it("puts new rows on top and counts them", () => {
    list.take([3, 4].map((number) => ({ what: "published", comment: comment(number) })));

    expect(shown()).toEqual(["4", "3", "2", "1"]);
    expect(document.querySelector("#list-total")?.textContent).toBe("4");
  });

  it("shows a comment once that the page had already", () => {
    list.take([{ what: "published", comment: comment(2) }]);

    expect(shown()).toEqual(["2", "1"]);
  });

  it("gives a place to the marker of a comment that it never showed", () => {
    list.take([
      { what: "recalled", number: 3, marker: marker(3) },
      { what: "published", comment: comment(4) },
    ]);

    expect(shown()).toEqual(["4", "3", "2", "1"]);
    expect(document.querySelector("#c3 .row-text")?.textContent).toBe("withdrawn");
  });

  it("adds no row for the marker of an older page", () => {
    document.querySelector("#c1")?.remove();
    list.take([{ what: "recalled", number: 1, marker: marker(1) }]);

    expect(shown()).toEqual(["2"]);
  });

  it("leads to what was skipped", () => {
    list.take([
      { what: "published", comment: comment(9) },
      { what: "published", comment: comment(10) },
    ]);

    expect(shown()).toEqual(["10", "9", "/rooms/r?before=9", "2", "1"]);
    expect(document.querySelector(".row-gap")?.textContent).toBe("6 missing");
  });

  it("leads to all that a rush left out by one link", () => {
    list.take([3, 6, 8].map((number) => ({ what: "published", comment: comment(number) })));

    expect(shown()).toEqual(["8", "6", "/rooms/r?before=8", "3", "2", "1"]);
    expect(document.querySelector(".row-gap")?.textContent).toBe("3 missing");
  });

  it("keeps a bounded number of rows and links to the rest", () => {
    const many = Array.from({ length: 400 }, (_, index) => comment(index + 3));
    list.take(many.map((each) => ({ what: "published", comment: each })));

    expect(shown().length).toBe(300);
    expect(document.querySelector("#list-older")?.getAttribute("href")).toBe("?before=103");
  });
});

describe("what the keepers of a room have hidden", () => {
  const hidden = { ...marker(2), by: "room" } as const;
  const offered = () => document.querySelector<HTMLFormElement>("#c2 .row-restore");

  it("can be let back by those who keep it", () => {
    keeps = true;
    list.take([{ what: "recalled", number: 2, marker: hidden }]);
    expect(offered()?.getAttribute("action")).toBe("/rooms/r/comments/2/restore");

    list.take([{ what: "restored", comment: comment(2) }]);
    expect(offered()).toBeNull();
    keeps = false;
  });

  it("is nothing that others can let back", () => {
    list.take([{ what: "recalled", number: 2, marker: hidden }]);

    expect(offered()).toBeNull();
  });
});
