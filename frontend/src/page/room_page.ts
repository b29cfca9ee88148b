import { browser, socketUrl } from "../client/browser";
import { Connection, type ConnectionState } from "../client/connection";
import { freshId } from "../client/ids";
import type { Answer, Batch, Comment, LikeCounts, Notice, RoomState } from "../client/messages";
import { canvasMeasure } from "../overlay/measure";
import { Overlay } from "../overlay/overlay";
import { type Change, RoomRecord } from "../record/record";
import { isBroadcasting } from "../replay/flight_rule";
import { Segments, segmentReader } from "../replay/segments";
import { Timeline } from "../replay/timeline";
import { Composer } from "./composer";
import { maybe, need } from "./dom";
import { FlyMenu } from "./fly_menu";
import { LeftOut, type Rush } from "./left_out";
import { Me } from "./me";
import type { Kept } from "./own_list";
import { mountPlayer, type Player } from "./player";
import { loadPreferences, type Preferences } from "./preferences";
import { ReportPanel } from "./report";
import type { RoomData } from "./room_data";
import { Screening } from "./screening";
import { SettingsPanel } from "./settings";
import { Texts } from "./texts";

const RELOAD_WITHIN_MS = 2_000;

/** What a page adds to picture and composer: the room page its list, the frame nothing. */
export interface Views {
  changed(changes: Change[]): void;
  stateChanged(state: RoomState): void;
  connection(state: ConnectionState, retryMs: number): void;
  viewers(count: number): void;
  likes(counts: LikeCounts): void;
  shieldChanged(): void;
  kept(kept: Kept): void;
  /** `ended`: some of them have, by their term. */
  powersChanged(ended: boolean): void;
  noticed(notice: Notice): void;
}

/**
 * A room on a page: picture, overlay, composer and settings over one record that one connection
 * feeds. Invariant: every batch goes through the record's fold before anything shows it.
 */
export class RoomPage {
  readonly record = new RoomRecord();
  readonly texts: Texts;
  readonly me: Me;
  readonly screening: Screening;
  readonly settings: SettingsPanel;
  readonly player: Player;
  readonly #data: RoomData;
  readonly #overlay: Overlay;
  readonly #connection: Connection;
  readonly #composer: Composer | null;
  readonly #report: ReportPanel;
  readonly #leftOut = new LeftOut((rush) => this.#showLeftOut(rush), browser.after);
  #state: RoomState;
  #views: Views | null = null;

  constructor(data: RoomData) {
    this.#data = data;
    this.#state = data.state;
    this.texts = new Texts(data.texts);
    this.me = new Me(data.you);
    const preferences = loadPreferences(localStorage);
    this.player = this.#mountPlayer();
    this.#overlay = this.#makeOverlay(preferences);
    this.screening = this.#makeScreening(preferences);
    this.settings = new SettingsPanel(preferences, this.screening.keptBack, this.texts, {
      changed: (changed) => this.#configure(changed),
      offset: (offsetMs) => this.screening.setOffset(offsetMs),
    });
    this.#connection = this.#connect();
    this.#composer = this.#makeComposer();
    this.#report = new ReportPanel(data.room, this.texts);
    this.#wireMenu();
    this.#wireSwitch(preferences);
  }

  /** Begins to follow the room; `views` is told of everything that changes. */
  start(views: Views): void {
    this.#views = views;
    this.#connection.start();
    for (const name of ["online", "pageshow"]) {
      window.addEventListener(name, () => this.#connection.hurry());
    }
    window.addEventListener("pagehide", () => this.#connection.stop());
  }

  recall(number: number): Promise<Answer> {
    return this.#connection.recall(freshId(), number);
  }

  like(number: number, stands: boolean): Promise<Answer> {
    return this.#connection.like(freshId(), number, stands);
  }

  /** Opens the panel that reports a comment; without a number, the room. */
  report(number: number | null, text: string): void {
    this.#report.open({ number, text });
  }

  #wireMenu(): void {
    new FlyMenu(this.player.layer, this.#overlay, {
      report: (number, text) => this.report(number, text),
      shield: (number) => {
        const comment = this.#othersComment(number);
        if (comment) this.settings.shieldAuthor(comment.author, comment.name);
      },
      mayShield: (number) => this.#othersComment(number) !== null,
    });
  }

  /** A comment that the page knows whole, and that is not the viewer's own. */
  #othersComment(number: number): Comment | null {
    const shown = this.record.get(number);
    return shown?.kind === "comment" && !this.me.isAuthor(shown) ? shown : null;
  }

  #mountPlayer(): Player {
    const press = (button: string) => () => need(button, HTMLButtonElement).click();
    return mountPlayer(need("#player", HTMLElement), this.#state, {
      lang: this.#data.lang,
      live: isBroadcasting(this.#state),
      controls: [
        {
          name: "danmaku-switch",
          label: this.texts.say("room.switch"),
          icon: "danmaku",
          press: press("#danmaku-switch"),
        },
        {
          name: "danmaku-settings",
          label: this.texts.say("settings.title"),
          icon: "settings",
          press: press("#open-settings"),
        },
        {
          name: "danmaku-report",
          label: this.texts.say("live.report"),
          icon: "report",
          press: () => this.report(null, this.#state.title),
        },
      ],
    });
  }

  #makeOverlay({ overlay }: Preferences): Overlay {
    const { layer } = this.player;
    const measure = canvasMeasure(getComputedStyle(document.body).fontFamily);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const stage = { element: layer, measure, realMs: () => performance.now(), still };
    return new Overlay(stage, overlay);
  }

  #makeScreening({ rules, on }: Preferences): Screening {
    const segments = new Segments(segmentReader(this.#data.api), (segment) =>
      this.screening.takeSegment(segment),
    );
    const { player, record, me } = this;
    const parts = {
      player,
      overlay: this.#overlay,
      timeline: new Timeline(),
      segments,
      record,
      me,
    };
    const screening = new Screening(parts, this.#state, rules);
    screening.setOn(on);
    return screening;
  }

  #connect(): Connection {
    const { live_url, token, upto, epoch } = this.#data;
    const place = { url: socketUrl(live_url, location), token, since: upto, epoch };
    const connection = new Connection(place, browser);
    connection.events.on("welcome", (welcome) => {
      const before = this.me.powers;
      this.me.you = welcome.you;
      this.#views?.powersChanged(before.some((power) => !this.me.may(power)));
      this.screening.setServerTime(welcome.server_ms);
      this.#setState(welcome.state);
    });
    connection.events.on("batch", (batch) => this.#take(batch));
    connection.events.on("reset", () => this.#readAnew());
    connection.events.on("you", (you) => {
      this.me.you = you;
      this.#views?.powersChanged(false);
    });
    connection.events.on("notice", (notice) => this.#views?.noticed(notice));
    connection.events.on("viewers", (count) => this.#views?.viewers(count));
    connection.events.on("likes", (counts) => this.#views?.likes(counts));
    connection.events.on("state", ({ state, retryMs }) => this.#views?.connection(state, retryMs));
    return connection;
  }

  #take(batch: Batch): void {
    this.#leftOut.take(batch);
    const changes = this.record.apply(batch.entries);
    for (const change of changes) {
      this.screening.take(change);
      if (change.what === "room") this.#setState(change.state);
    }
    this.#views?.changed(changes);
  }

  #showLeftOut(rush: Rush | null): void {
    const line = need("#left-out", HTMLElement);
    line.hidden = rush === null;
    if (rush) line.textContent = this.texts.say("live.left_out", { n: rush.shown, m: rush.of });
  }

  #setState(state: RoomState): void {
    const wasLive = isBroadcasting(this.#state);
    this.#state = state;
    this.#composer?.setState(state);
    this.#views?.stateChanged(state);
    if (wasLive !== isBroadcasting(state)) this.#readAnew();
  }

  /** The page no longer fits what the server has: read it anew, not all viewers at one moment. */
  #readAnew(): void {
    this.#connection.stop();
    setTimeout(() => location.reload(), Math.random() * RELOAD_WITHIN_MS);
  }

  #makeComposer(): Composer | null {
    const form = maybe("form#composer", HTMLFormElement);
    if (!form) return null;
    return new Composer(form, this.#state, this.texts, {
      send: (id, draft) => this.#connection.send(id, draft),
      mediaMs: () => this.screening.mediaMs,
      latencyMs: () => this.player.latencyMs,
      published: (number) => this.#published(number),
      isHost: () => this.me.may("comment.recall"),
      serverMs: () => this.screening.serverMs,
      kept: (kept) => this.#views?.kept(kept),
      ways: this.#data.ways,
      memory: sessionStorage,
    });
  }

  /** The answer may come after the batch: then list and picture already show it as a stranger's. */
  #published(number: number): void {
    this.me.published(number);
    const shown = this.record.get(number);
    if (shown?.kind !== "comment") return;
    this.#overlay.outline(number);
    this.screening.take({ what: "published", comment: shown }); // a stranger's may have had no room
    this.#views?.changed([{ what: "restored", comment: shown }]);
  }

  #configure({ overlay, rules, on }: Preferences): void {
    this.#overlay.configure(overlay);
    this.screening.setRules(rules);
    this.screening.setOn(on);
    this.#views?.shieldChanged();
  }

  #wireSwitch({ on }: Preferences): void {
    const button = need("#danmaku-switch", HTMLButtonElement);
    button.hidden = false;
    button.setAttribute("aria-checked", String(on));
    button.addEventListener("click", () => {
      const nowOn = button.getAttribute("aria-checked") !== "true";
      button.setAttribute("aria-checked", String(nowOn));
      this.settings.setOn(nowOn);
    });
    const open = need("#open-settings", HTMLButtonElement);
    open.hidden = false;
    open.addEventListener("click", () => this.settings.open());
  }
}
