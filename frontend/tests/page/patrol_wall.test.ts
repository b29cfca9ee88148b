import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PatrolWall } from "../../src/page/patrol_wall";

const WALL = { rooms: [], rooms_count: 0, spots: [] };

const notDone = (): boolean => !document.querySelector<HTMLElement>("#not-done")?.hidden;

beforeEach(() => {
  document.body.innerHTML = `<div id="page" data-wall-url="/wall"><span id="rooms-count"></span>
    <p id="not-done" hidden></p>
    <form id="act"><input name="csrf" value="t"><ul id="room-list"></ul><p id="no-rooms"></p>
      <ul id="spot-list"><li class="patrol-comment" tabindex="-1" data-id="demo-1">
        <button data-act="fine" formaction="/patrol/demo/1/fine"></button></li></ul>
      <p id="no-spots"></p></form></div>`;
  const page = document.querySelector<HTMLElement>("#page");
  if (!page) throw new Error("no page");
  const wall = new PatrolWall(page);
  document.querySelector<HTMLElement>(".patrol-comment")?.focus();
  vi.stubGlobal("fetch", (url: string) => answers(String(url)));
  pressFine = () => wall.press("fine");
});

afterEach(() => vi.unstubAllGlobals());

let pressFine: () => void;
let answers: (url: string) => Promise<Response>;

it.each([
  [200, false],
  [403, true],
  [0, true],
])("says that something was not done, answer %i", async (status, isTold) => {
  const asked: string[] = [];
  answers = (url) => {
    asked.push(url);
    if (url === "/wall") return Promise.resolve(Response.json(WALL));
    return status
      ? Promise.resolve(new Response("", { status }))
      : Promise.reject(new TypeError("offline"));
  };

  pressFine();

  await vi.waitFor(() => expect(asked.at(-1)).toBe("/wall"));
  expect(asked[0]).toContain("/patrol/demo/1/fine");
  expect(notDone()).toBe(isTold);
});
