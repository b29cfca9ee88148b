import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CaseQueue, type CaseRow } from "../../src/page/case_queue";
import { Leases } from "../../src/page/leases";

const ROW = `<li class="case-row" data-id=""><input type="checkbox" name="cases" aria-label="Pick ">
  <a class="case-link" data-field="text"></a><span data-field="kind_text"></span>
  <span data-field="category_text" data-class=""></span><span data-field="room"></span>
  <span data-field="position"></span><span class="case-reports">× <span data-field="reports"></span></span>
  <span data-field="outcome"></span><span data-field="state_text" data-state=""></span>
  <span class="case-due">due <time datetime=""></time></span>
  <span class="lease" data-until-ms=""><bdi></bdi> <span class="lease-left"></span></span></li>`;

const row = (id: string, more: Partial<CaseRow> = {}): CaseRow => ({
  id,
  url: `/review/cases/${id}`,
  text: `text of ${id}`,
  cover: "plain",
  kind_text: "Report",
  class: "illegal",
  category_text: "Fraud",
  room: "demo",
  position: "00:04",
  reports: 1,
  outcome: "",
  state: "open",
  state_text: "open",
  due_iso: "2026-01-01T00:00:00Z",
  is_overdue: false,
  is_open: true,
  claimant: "",
  is_mine: false,
  lease_until_ms: null,
  ...more,
});

let queue: CaseQueue;
const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("#cases > li")];

beforeEach(() => {
  document.documentElement.lang = "en";
  document.body.innerHTML = `<div id="page" data-rows-url="/rows" data-folded="Covered: {category}">
    <span id="shown-count"></span><span id="picked-count"></span>
    <button id="batch-decide"></button><p id="cases-none"></p><ol id="cases"></ol></div>
    <template id="case-row">${ROW}</template>`;
  const page = document.querySelector<HTMLElement>("#page");
  if (!page) throw new Error("no page");
  queue = new CaseQueue(page, new Leases(Date.now(), "{time} left"));
});

afterEach(() => vi.unstubAllGlobals());

describe("the queue", () => {
  it("shows what somebody wrote as text and as nothing else", () => {
    queue.show([row("r1", { text: "<img src=x onerror=alert(1)>", reports: 3 })]);

    const [shown] = rows();
    expect(shown?.querySelector("img")).toBeNull();
    expect(shown?.querySelector("bdi")?.textContent).toBe("<img src=x onerror=alert(1)>");
    expect(shown?.querySelector<HTMLElement>(".case-reports")?.hidden).toBe(false);
    expect(shown?.querySelector(".lease")).toBeNull();
    expect(document.querySelector("#shown-count")?.textContent).toBe("1");
  });

  it("covers what is to be covered", () => {
    queue.show([row("r1", { cover: "blur" }), row("r2", { cover: "fold", text: "hard" })]);

    const texts = rows().map((each) => each.querySelector("bdi"));
    expect(texts[0]?.className).toBe("blurred");
    expect(texts[1]?.textContent).toBe("Covered: Fraud");
  });

  it("says who holds what, and how long still", () => {
    const lease_until_ms = Date.now() + 65_000;
    queue.show([row("r1", { claimant: "rey", is_mine: true, lease_until_ms })]);

    const lease = document.querySelector(".lease");
    expect(lease?.className).toBe("lease is-mine");
    expect(lease?.textContent).toMatch(/^rey 1:0[45] left$/);
  });

  it("keeps what is ticked and focused when it is drawn anew", () => {
    queue.show([row("r1"), row("r2")]);
    queue.step(1);
    queue.step(1);
    queue.pick();
    expect(queue.picked()).toEqual(new Set(["r2"]));

    queue.show([row("r0"), row("r1"), row("r2")]);

    expect(queue.picked()).toEqual(new Set(["r2"]));
    expect(document.activeElement?.closest("li")?.dataset.id).toBe("r2");
    expect(document.querySelector("#picked-count")?.textContent).toBe("1");
  });

  it("ticks nothing that has ended", () => {
    queue.show([row("r1")]);
    queue.step(1);
    queue.pick();

    queue.show([row("r1", { is_open: false })]);

    expect(queue.picked().size).toBe(0);
    expect(document.querySelector<HTMLButtonElement>("#batch-decide")?.disabled).toBe(true);
  });

  it("reads once more if something changes while it reads, and never twice at a time", async () => {
    let reading = 0;
    let most = 0;
    const fetched = vi.fn(async () => {
      most = Math.max(most, ++reading);
      await Promise.resolve();
      reading--;
      return new Response(JSON.stringify({ rows: [row(`r${fetched.mock.calls.length}`)] }));
    });
    vi.stubGlobal("fetch", fetched);

    await Promise.all([queue.read(), queue.read(), queue.read()]);

    expect([fetched.mock.calls.length, most]).toEqual([2, 1]);
    expect(rows()[0]?.dataset.id).toBe("r2");
  });
});
