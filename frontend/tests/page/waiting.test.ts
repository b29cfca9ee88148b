import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Notice, RoomState } from "../../src/client/messages";
import { Me } from "../../src/page/me";
import { Texts } from "../../src/page/texts";
import { WaitingList } from "../../src/page/waiting";

const PAGE = `
  <section id="waiting" hidden><h2><span class="count"></span></h2><ol></ol></section>
  <template id="waiting-template"><li>
    <span class="row-name"></span><span class="waiting-text"></span><span class="tag"></span>
    <form><select name="category"><option value="spoiler">Spoiler</option></select>
      <button name="what" value="reject">Stop</button></form>
  </li></template>`;
const TEXTS = new Texts({ "waiting.appears": "in {n} s", "category.contact": "Contact" });

let asked: { url: string; body: string }[];
let held: object[];
let root: HTMLElement;
let list: WaitingList;

function notice(seq: number, more: object = {}): Notice {
  const said = { at_ms: Date.now(), author: "a", name: "Ann", text: `t${seq}`, category: "delay" };
  return { op: "notice", kind: "held", seq, ...said, ...more } as Notice;
}

function rows(): string[] {
  return [...root.querySelectorAll("li")].map((row) =>
    [...row.querySelectorAll("span")].map((part) => part.textContent).join(" "),
  );
}

beforeEach(async () => {
  vi.useFakeTimers();
  document.body.innerHTML = PAGE;
  root = document.querySelector("#waiting") as HTMLElement;
  [asked, held] = [[], []];
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    asked.push({ url, body: String(init?.body ?? "") });
    return { ok: true, json: async () => ({ held }) };
  });
  const me = new Me({ name: "Tom", author: "t", powers: ["comment.review"], until_ms: null });
  list = new WaitingList(root, "r", TEXTS, me, () => Date.now());
  list.setState({ delay_ms: 5_000 } as RoomState);
  await vi.advanceTimersByTimeAsync(0);
});

describe("what waits", () => {
  it("is counted down, and leaves when it was decided", async () => {
    list.take(notice(7));
    list.take(notice(8, { category: "contact" }));
    expect(rows()).toEqual(["Ann t7 in 5 s", "Ann t8 Contact"]);
    expect(root.hidden).toBe(false);

    await vi.advanceTimersByTimeAsync(2_250);
    expect(rows()[0]).toBe("Ann t7 in 3 s");

    list.take({ op: "notice", kind: "decided", seq: 7 });
    list.take({ op: "notice", kind: "decided", seq: 8 });
    expect([rows(), root.hidden]).toEqual([[], true]);
  });

  it("is counted down no more when it waits for a person after all", () => {
    list.take(notice(7));
    list.take(notice(8));
    list.take(notice(7, { category: "contact" }));

    expect(rows()).toEqual(["Ann t7 Contact", "Ann t8 in 5 s"]);
  });

  it("is stopped with a category, and the list is asked for again", async () => {
    list.take(notice(7));
    const form = root.querySelector("form") as HTMLFormElement;
    const submitter = form.querySelector("button");
    form.dispatchEvent(new SubmitEvent("submit", { submitter, bubbles: true, cancelable: true }));
    await vi.advanceTimersByTimeAsync(0);

    expect(asked.map(({ url }) => url)).toEqual([
      "/api/rooms/r/held",
      "/review/r/7/reject",
      "/api/rooms/r/held",
    ]);
    expect(asked[1]?.body).toBe("category=spoiler");
    expect(rows()).toEqual([]);
  });

  it("is nobody's own to decide", () => {
    list.take(notice(7, { author: "t" }));

    expect(root.querySelector("form")).toBeNull();
  });

  it("is what the server says after a pause", async () => {
    list.take(notice(7));
    held = [
      { origin: 9, at_ms: Date.now(), author: "b", name: "Bob", text: "late", category: "delay" },
    ];
    await list.read();

    expect(rows()).toEqual(["Bob late in 5 s"]);
  });
});
