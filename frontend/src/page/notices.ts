import type { Notice, You } from "../client/messages";
import { element } from "./dom";
import type { Me } from "./me";
import type { Texts } from "./texts";
import { timeText } from "./times";

/** What hides when the power behind it is gone; see room.css. */
const POWERS: Record<string, string> = {
  "comment.recall": "no-recall",
  "account.mute": "no-mute",
  "room.manage": "no-manage",
  "comment.review": "no-review",
  "comment.restore": "no-restore",
  "report.answer": "no-keeping",
};

/** Takes away the tools of powers that the viewer holds no more, while the page is open. */
export function showPowers(me: Me): void {
  for (const [power, name] of Object.entries(POWERS)) {
    document.body.classList.toggle(name, !me.may(power));
  }
}

/** The part of one's own page that tells more, and leads to the appeal. */
const PLACES: Record<string, string> = {
  measure: "#measures",
  name: "#name",
  refused: "#comments",
  result: "#filed",
};

/** How many notices stand at a time, the newest last. */
const NOTICES_MAX = 3;

/**
 * Says what was told to this viewer: what, why, until when, and where to appeal.
 *
 * Several may come of one act: a refusal with its category, and that its case was decided.
 */
export function showNotice(place: HTMLElement, texts: Texts, notice: Notice): void {
  const words = wordsOf(texts, notice);
  if (words === null) return;
  const line = element("span", "notice-line", words);
  if (notice.note) line.append(" ", notice.note);
  if (notice.until_ms) {
    const time = timeText(notice.until_ms);
    line.append(" ", texts.say("live.notice_until", { time }));
  }
  if (notice.kind !== "report") {
    const link = element("a", "", texts.say("live.notice_appeal"));
    link.href = `/me${PLACES[notice.kind] ?? ""}`;
    line.append(" ", link);
  }
  const others = [...place.querySelectorAll(".notice-line")].filter(
    (shown) => shown.textContent !== line.textContent,
  );
  place.replaceChildren(...others.slice(1 - NOTICES_MAX), line);
  place.hidden = false;
}

/** Says that powers have ended by themselves, and where they may be had again. */
export function showPowersEnded(place: HTMLElement, texts: Texts): void {
  const link = element("a", "", texts.say("live.renew"));
  link.href = "/account/identity";
  place.replaceChildren(texts.say("live.powers_ended"), " ", link);
  place.hidden = false;
}

/** Whether the viewer may do what the page, as it was drawn, has no tools for. */
export function hasNewTools(me: Me, drawn: You | null): boolean {
  return Object.keys(POWERS).some((power) => me.may(power) && !drawn?.powers.includes(power));
}

export function showPowersGiven(place: HTMLElement, texts: Texts): void {
  const link = element("a", "", texts.say("live.load_again"));
  link.href = location.pathname;
  place.replaceChildren(texts.say("live.powers_given"), " ", link);
  place.hidden = false;
}

function wordsOf(texts: Texts, notice: Notice): string | null {
  switch (notice.kind) {
    case "measure":
      return texts.say("live.notice_measure", {
        step: texts.say(`live.step.${notice.step}`),
        category: texts.say(`category.${notice.category}`),
      });
    case "reversed":
      return texts.say("live.notice_reversed");
    case "revoked":
      return texts.say("live.powers_changed");
    case "name":
      return texts.say("live.notice_name");
    case "proposal":
      return texts.say("live.notice_proposal");
    case "refused":
      return texts.say("live.own_refused", { category: texts.say(`category.${notice.category}`) });
    case "report":
      return texts.say("live.notice_report");
    case "result":
      return texts.say("live.notice_result");
    default:
      return null;
  }
}
