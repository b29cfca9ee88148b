import { beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../src/client/messages";
import { RowLikes } from "../../src/page/likes";
import { Texts } from "../../src/page/texts";

const ROW = (number: number, likes: number) => `
  <li class="row" id="c${number}" data-number="${number}">
    <span class="row-likes"${likes ? "" : " hidden"}>${likes || ""}</span>
    <form class="row-like"><button value="true" aria-pressed="false">Like</button></form>
    <form class="row-recall"><button>Hide</button></form>
  </li>`;

let asked: [number, boolean][];
let refusals: string[];
let answer: (number: number, stands: boolean) => Answer;
let likes: RowLikes;

function count(number: number): HTMLElement {
  return document.querySelector(`#c${number} .row-likes`) as HTMLElement;
}

function button(number: number): HTMLButtonElement {
  return document.querySelector(`#c${number} .row-like button`) as HTMLButtonElement;
}

async function press(number: number, form = ".row-like"): Promise<Event> {
  const event = new Event("submit", { bubbles: true, cancelable: true });
  document.querySelector(`#c${number} ${form}`)?.dispatchEvent(event);
  await new Promise((resolve) => setTimeout(resolve));
  return event;
}

beforeEach(() => {
  document.body.innerHTML = `<ol id="list">${ROW(2, 0)}${ROW(1, 4)}</ol>`;
  asked = [];
  refusals = [];
  answer = (number, stands) => ({ op: "liked", id: "c", number, stands, likes: stands ? 1 : 0 });
  likes = new RowLikes(new Texts({ "row.like": "Like", "row.liked": "Unlike" }), {
    like: async (number, stands) => {
      asked.push([number, stands]);
      return answer(number, stands);
    },
    refused: (code) => refusals.push(code),
  });
});

describe("likes of the rows", () => {
  it("follow what the room tells, and leave every row where it is", () => {
    likes.take([
      [2, 7],
      [1, 0],
      [99, 3],
    ]);

    expect([count(2).textContent, count(2).hidden]).toEqual(["7", false]);
    expect([count(1).textContent, count(1).hidden]).toEqual(["", true]);
    expect([...document.querySelectorAll("li")].map((row) => row.id)).toEqual(["c2", "c1"]);
  });

  it("are given and taken back with one button", async () => {
    await press(2);
    expect([button(2).textContent, button(2).getAttribute("aria-pressed")]).toEqual([
      "Unlike",
      "true",
    ]);
    expect(count(2).textContent).toBe("1");

    await press(2);

    expect(asked).toEqual([
      [2, true],
      [2, false],
    ]);
    expect([button(2).textContent, count(2).hidden]).toEqual(["Like", true]);
  });

  it("stay as they are when the server refuses", async () => {
    answer = (_number, _stands) => ({
      op: "refused",
      id: "c",
      code: "own_interest",
      text: "",
      category: null,
      retry_after_ms: null,
      until_ms: null,
    });

    await press(2);

    expect(refusals).toEqual(["own_interest"]);
    expect([button(2).textContent, button(2).disabled]).toEqual(["Like", false]);
  });

  it("leave other forms alone", async () => {
    const event = await press(2, ".row-recall");

    expect([asked, event.defaultPrevented]).toEqual([[], false]);
  });
});
