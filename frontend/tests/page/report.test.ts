import { afterEach, beforeEach, expect, it } from "vitest";
import { need } from "../../src/page/dom";
import { ReportPanel } from "../../src/page/report";
import { Texts } from "../../src/page/texts";

const texts = new Texts({
  "live.report_done": "Reported.",
  "live.report_repeated": "Already.",
  "live.report_look": "Look",
  "live.report_limit": "Too many.",
  "live.report_failed": "Failed.",
});

const plainFetch = globalThis.fetch;
let asked: { url: string; fields: unknown }[] = [];

function answering(status: number, fields: object): void {
  globalThis.fetch = async (url, init) => {
    asked.push({ url: String(url), fields: JSON.parse(String(init?.body)) });
    return new Response(JSON.stringify(fields), { status });
  };
}

async function press(category: string): Promise<string> {
  need(`button[value=${category}]`, HTMLButtonElement).click();
  await new Promise((settled) => setTimeout(settled));
  return need("#report-note", HTMLElement).textContent ?? "";
}

beforeEach(() => {
  asked = [];
  document.body.innerHTML = `<dialog id="report"><p id="report-what"></p><p id="report-note"></p>
    <div id="report-reasons"><button type="button" value="spam">Spam</button></div>
    <a id="report-more"></a><a id="report-complain"></a></dialog>`;
});

afterEach(() => {
  globalThis.fetch = plainFetch;
});

it("sends the category that is pressed and shows the receipt in its place", async () => {
  answering(201, { receipt: "abc", repeated: false });
  const panel = new ReportPanel("demo", texts);
  panel.open({ number: 3, text: "<b>rude</b>" });

  const said = await press("spam");

  expect(asked).toEqual([
    { url: "/api/reports", fields: { room: "demo", number: 3, category: "spam" } },
  ]);
  expect(said).toBe("Reported. abc Look");
  expect(need("#report-note a", HTMLAnchorElement).getAttribute("href")).toBe("/receipts/abc");
  expect(need("#report-reasons", HTMLElement).hidden).toBe(true);
  expect(need("#report-what", HTMLElement).textContent).toBe("#3 <b>rude</b>");
  expect(need("#report-complain", HTMLAnchorElement).getAttribute("href")).toBe(
    "/complain?room=demo&number=3",
  );
});

it("says politely that it was reported before", async () => {
  answering(201, { receipt: "abc", repeated: true });
  new ReportPanel("demo", texts).open({ number: null, text: "The room" });

  expect(await press("spam")).toBe("Already. abc Look");
  expect(asked[0]?.fields).toEqual({ room: "demo", number: null, category: "spam" });
});

it.each([
  [429, { code: "rate_limited" }, "Too many."],
  [500, { code: "internal" }, "Failed."],
])("keeps the categories where a report was refused with %i", async (status, fields, words) => {
  answering(status, fields);
  new ReportPanel("demo", texts).open({ number: 1, text: "x" });

  expect(await press("spam")).toBe(words);
  expect(need("#report-reasons", HTMLElement).hidden).toBe(false);
});
