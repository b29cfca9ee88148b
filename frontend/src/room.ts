import type { ConnectionState } from "./client/connection";
import type { Comment, Notice, RoomState } from "./client/messages";
import { maybe, need } from "./page/dom";
import { RowLikes } from "./page/likes";
import { CommentList } from "./page/list";
import {
  hasNewTools,
  showNotice,
  showPowers,
  showPowersEnded,
  showPowersGiven,
} from "./page/notices";
import { OwnList } from "./page/own_list";
import { readRoomData } from "./page/room_data";
import { RoomPage } from "./page/room_page";
import { Rows } from "./page/rows";
import { StreamerStrip } from "./page/streamer";
import { installTrust } from "./page/trust";
import { WaitingList } from "./page/waiting";

installTrust();
const data = readRoomData();
const page = new RoomPage(data);
const { me, record, screening, settings, texts } = page;

const rows = new Rows(need("#row-template", HTMLTemplateElement), data.room, texts);
const list = new CommentList(rows, texts, {
  rightsOver: (comment: Comment) => {
    const own = me.isAuthor(comment);
    const mute = !own && me.may("account.mute");
    return { own, recall: own || me.may("comment.recall"), mute, restore: false };
  },
  mayRestore: () => me.may("comment.restore"),
  isShielded: (comment) => screening.shields(comment),
  seek: (positionMs) => screening.seek(positionMs),
  recall: (number) => void recall(number),
  shieldAuthor: (id, name) => settings.shieldAuthor(id, name),
  report: (number, text) => page.report(number, text),
});
record.seed(list.shownAt(data.upto));
list.shieldAgain(record.all());

const likes = new RowLikes(texts, {
  like: (number, stands) => page.like(number, stands),
  refused: (code) => sayRefused(code),
});
const own = new OwnList(need("#own-list", HTMLDetailsElement), texts, data.you?.name ?? "");
const strip = maybe("#streamer", HTMLElement);
const streamer = strip ? new StreamerStrip(strip, texts) : null;
const queue = maybe("#waiting", HTMLElement);
const waiting = queue
  ? new WaitingList(queue, data.room, texts, me, () => screening.serverMs)
  : null;
waiting?.setState(data.state);
const liveNotice = need("#live-notice", HTMLElement);
const keptBack = need("#open-kept-back", HTMLButtonElement);
keptBack.addEventListener("click", () => settings.open());
showKeptBack();
need(".report-link", HTMLAnchorElement).addEventListener("click", (event) => {
  event.preventDefault();
  page.report(null, data.state.title);
});

page.start({
  changed: (changes) => {
    list.take(changes);
    for (const change of changes) {
      if (change.what === "published") own.drop(change.comment);
    }
    showKeptBack();
  },
  stateChanged: (state: RoomState) => {
    need("#room-title", HTMLElement).textContent = state.title;
    const summary = need("#room-summary", HTMLElement);
    summary.textContent = state.summary;
    summary.hidden = state.summary === "";
    streamer?.setState(state);
    waiting?.setState(state);
  },
  connection: showConnection,
  viewers: (count) => {
    const viewers = need("#viewers", HTMLElement);
    viewers.hidden = false;
    viewers.textContent = texts.say("live.viewers", { n: count });
  },
  likes: (counts) => likes.take(counts),
  shieldChanged: () => {
    list.shieldAgain(record.all());
    showKeptBack();
  },
  kept: (kept) => own.add(kept),
  powersChanged: (ended) => {
    showPowers(me);
    if (ended) showPowersEnded(liveNotice, texts);
    if (hasNewTools(me, data.you)) showPowersGiven(liveNotice, texts);
    void waiting?.read();
  },
  noticed,
});

seekToAddress();

/** A link may lead to a moment of the media: `#t=` and its position in milliseconds. */
function seekToAddress(): void {
  const [, place] = /^#t=(\d{1,8})$/.exec(location.hash) ?? [];
  const { video } = page.player;
  if (!place || !video) return;
  const seek = (): void => screening.seek(Number(place));
  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) seek();
  else video.addEventListener("loadedmetadata", seek, { once: true });
}

function noticed(notice: Notice): void {
  waiting?.take(notice);
  if (notice.kind === "refused" && notice.room === data.room) {
    own.refuse(notice.seq ?? 0, notice.text ?? "", texts.say(`category.${notice.category}`));
  }
  showNotice(liveNotice, texts, notice);
}

function showKeptBack(): void {
  const { count } = screening.keptBack;
  keptBack.hidden = count === 0;
  keptBack.textContent = texts.say("live.kept_back", { n: count });
}

function showConnection(state: ConnectionState, retryMs: number): void {
  const shown = need("#connection", HTMLElement);
  shown.dataset.state = state;
  const seconds = Math.ceil(retryMs / 1000);
  shown.textContent = texts.say(`live.connection_${state}`, { n: seconds });
}

async function recall(number: number): Promise<void> {
  const answer = await page.recall(number);
  if (answer.op === "refused") sayRefused(answer.code);
}

function sayRefused(code: string): void {
  const note = need("#composer-note", HTMLElement);
  note.textContent = texts.say(`code.${code}`);
  note.classList.add("is-error");
}
