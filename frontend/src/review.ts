import { CaseQueue } from "./page/case_queue";
import { element, maybe, need } from "./page/dom";
import { Exposure } from "./page/exposure";
import { Leases } from "./page/leases";
import { type Keys, listenForKeys } from "./page/shortcuts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const queuePage = maybe("#queue-page", HTMLElement);
const casePage = maybe("#case-page", HTMLElement);
const carePage = maybe("#care-page", HTMLElement);
const note = maybe("#care", HTMLElement);
const exposure = new Exposure(
  localStorage,
  note?.dataset.name ?? carePage?.dataset.name ?? "somebody",
);

if (queuePage) listenForKeys(followQueue(queuePage));
if (casePage) listenForKeys(readCase(casePage));
if (note) lookAfter(note);
if (carePage) showExposure(need("#exposure", HTMLElement, carePage));

function leasesOf(page: HTMLElement): Leases {
  return new Leases(Number(page.dataset.nowMs), page.dataset.left ?? "{time}");
}

/** The queue draws itself anew whenever any case changes. */
function followQueue(page: HTMLElement): Keys {
  const leases = leasesOf(page);
  const queue = new CaseQueue(page, leases);
  const offline = need("#offline", HTMLElement, page);
  const news = new EventSource(page.dataset.newsUrl ?? "");
  news.onmessage = () => void queue.read();
  news.onopen = () => {
    offline.hidden = true;
  };
  news.onerror = () => {
    offline.hidden = false;
  };
  leases.draw(page);
  setInterval(() => {
    if (leases.draw(page)) void queue.read();
  }, SECOND_MS);
  // Who only looks, as inspectors do, decides nothing.
  maybe("#batch", HTMLFormElement)?.addEventListener("submit", () =>
    exposure.decided(queue.picked().size, Date.now()),
  );
  return {
    j: () => queue.step(1),
    k: () => queue.step(-1),
    x: () => queue.pick(),
  };
}

function readCase(page: HTMLElement): Keys {
  const leases = leasesOf(page);
  leases.draw(page);
  setInterval(() => leases.draw(page), SECOND_MS);
  const text = maybe("#text", HTMLElement, page);
  exposure.saw(page.dataset.id ?? "", text?.matches(".blurred, .folded") ?? false, Date.now());
  const decide = maybe('form[action$="/decide"]', HTMLFormElement, page);
  decide?.addEventListener("submit", () => exposure.decided(1, Date.now()));
  return text ? { t: () => uncover(text) } : {};
}

function uncover(text: HTMLElement): void {
  if (text instanceof HTMLDetailsElement) text.open = !text.open;
  else text.classList.toggle("is-shown");
}

function lookAfter(reminder: HTMLElement): void {
  const [decisions, minutes] = [reminder.dataset.decisions, reminder.dataset.minutes].map(Number);
  const look = (): void => {
    reminder.hidden = !exposure.needsPause(decisions ?? 0, minutes ?? 0, Date.now());
  };
  look();
  setInterval(() => {
    if (document.visibilityState === "visible") exposure.spent(1, Date.now());
    look();
  }, MINUTE_MS);
  need("#break-over", HTMLButtonElement, reminder).addEventListener("click", () => {
    exposure.paused();
    look();
  });
}

function showExposure(section: HTMLElement): void {
  const draw = (): void => {
    const days = exposure.days();
    const rows = days.map(([day, counts]) => {
      const row = element("tr");
      const cells = [day, counts.seen, counts.hard, counts.decided, counts.minutes];
      row.append(...cells.map((each) => element("td", "", String(each))));
      return row;
    });
    need("tbody", HTMLTableSectionElement, section).replaceChildren(...rows);
    need(".empty", HTMLElement, section).hidden = days.length > 0;
  };
  need("#forget", HTMLButtonElement, section).addEventListener("click", () => {
    exposure.forget();
    draw();
  });
  section.hidden = false;
  draw();
}
