import type { Comment, RoomState } from "../client/messages";
import { LOOK_BACK_MS, type Overlay } from "../overlay/overlay";
import type { Change, RoomRecord } from "../record/record";
import { fliesOnArrival, isBroadcasting } from "../replay/flight_rule";
import type { Segment, Segments } from "../replay/segments";
import type { Timeline } from "../replay/timeline";
import { KeptBackList } from "../shield/kept_back";
import { Repeats } from "../shield/repeats";
import { Shield, type ShieldRules } from "../shield/shield";
import type { Me } from "./me";
import type { Player } from "./player";

/** A longer step than this is a jump: the tab slept, or somebody moved the hand. */
const STEP_MS_MAX = 2_000;
/** Where an own comment stands on a paused picture: in sight. */
const PAUSED_SHOWN_MS = 2_500;

interface Parts {
  player: Player;
  overlay: Overlay;
  timeline: Timeline;
  segments: Segments;
  record: RoomRecord;
  me: Me;
}

/**
 * Decides what flies over the picture and when: on arrival while a broadcast runs, by media time
 * otherwise, and never what the viewer shields.
 */
export class Screening {
  readonly keptBack = new KeptBackList();
  readonly #parts: Parts;
  readonly #repeats = new Repeats();
  #rules: ShieldRules;
  #shield: Shield;
  #state: RoomState;
  #offsetMs = 0;
  #serverAheadMs = 0;
  #on = true;

  constructor(parts: Parts, state: RoomState, rules: ShieldRules) {
    this.#parts = parts;
    this.#state = state;
    this.#rules = rules;
    this.#shield = new Shield(rules);
    this.#follow();
  }

  get broadcasting(): boolean {
    return isBroadcasting(this.#state);
  }

  /** The moment of the record that the picture shows; `offsetMs` moves comments later. */
  get mediaMs(): number {
    return Math.max(0, this.#parts.player.mediaMs - this.#offsetMs);
  }

  /** Goes to a moment of the record; while a broadcast runs there is only now. */
  seek(positionMs: number): void {
    if (!this.broadcasting) this.#parts.player.seek(positionMs + this.#offsetMs);
  }

  setServerTime(serverMs: number): void {
    this.#serverAheadMs = serverMs - Date.now();
  }

  /** The server's clock, as far as it is known here. */
  get serverMs(): number {
    return Date.now() + this.#serverAheadMs;
  }

  /** Takes new rules; what they shield leaves the screen at once, the rest flies on. */
  setRules(rules: ShieldRules): void {
    this.#rules = rules;
    this.#shield = new Shield(rules);
    this.keptBack.clear();
    const { overlay, record } = this.#parts;
    for (const number of overlay.numbers()) {
      const shown = record.get(number);
      if (shown?.kind === "comment" && this.shields(shown)) overlay.remove(number);
    }
  }

  setOffset(offsetMs: number): void {
    if (offsetMs === this.#offsetMs) return;
    this.#offsetMs = offsetMs;
    this.#jump();
  }

  setOn(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#jump();
  }

  /** Notes what a comment in the list is shielded for, so that both views hide the same. */
  shields(comment: Comment): boolean {
    if (this.#parts.me.isAuthor(comment)) return false;
    const reason = this.#shield.reasonFor(comment);
    if (reason) this.keptBack.add(comment, reason);
    return reason !== null;
  }

  take(change: Change): void {
    const { overlay, timeline } = this.#parts;
    switch (change.what) {
      case "published":
        this.#arrive(change.comment);
        return;
      case "restored":
        timeline.add(change.comment);
        return;
      case "recalled":
        overlay.remove(change.number);
        this.keptBack.remove(change.number);
        if (change.marker) timeline.remove(change.marker.position_ms, change.number);
        return;
      case "room":
        this.#state = change.state;
        return;
    }
  }

  takeSegment(segment: Segment): void {
    const { record, timeline } = this.#parts;
    record.seed(segment.comments);
    for (const { number } of segment.comments) {
      const shown = record.get(number);
      if (shown?.kind === "comment") timeline.add(shown);
    }
    if (!this.broadcasting) this.#showUnderWay();
  }

  #arrive(comment: Comment): void {
    this.#parts.timeline.add(comment);
    const { mediaMs, broadcasting } = this;
    const { serverMs } = this;
    if (!fliesOnArrival(comment, { broadcasting, mediaMs, serverMs })) return;
    const paused = this.#parts.player.video?.paused === true;
    this.#fly(comment, paused && this.#parts.me.isAuthor(comment) ? PAUSED_SHOWN_MS : 0);
  }

  #fly(comment: Comment, elapsedMs = 0): void {
    if (!this.#on || this.shields(comment)) return;
    const { overlay } = this.#parts;
    const own = this.#parts.me.isAuthor(comment);
    if (this.#rules.mergeRepeats && !own) {
      const earlier = this.#repeats.earlier(comment.text, comment.number);
      if (earlier !== null && overlay.merge(comment.number, earlier)) return;
    }
    const { number, text, mode, color, size } = comment;
    if (overlay.add({ number, text, mode, color, size, own }, elapsedMs)) {
      this.#repeats.note(text, number);
    }
  }

  #follow(): void {
    const { video } = this.#parts.player;
    const { overlay } = this.#parts;
    if (video) {
      video.addEventListener("playing", () => overlay.run());
      for (const name of ["pause", "waiting", "ended"]) {
        video.addEventListener(name, () => overlay.stand());
      }
      video.addEventListener("seeked", () => this.#jump());
      video.addEventListener("ratechange", () => overlay.setRate(video.playbackRate));
    } else {
      overlay.run();
    }
    const frame = () => {
      this.#tick();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  #tick(): void {
    if (this.broadcasting) return;
    const { mediaMs } = this;
    const { timeline, segments } = this.#parts;
    segments.want(mediaMs, Date.now());
    const stepMs = mediaMs - timeline.handMs;
    if (stepMs < 0 || stepMs > STEP_MS_MAX) this.#jump();
    else for (const comment of timeline.advance(mediaMs)) this.#fly(comment);
  }

  #jump(): void {
    this.#parts.overlay.clear();
    if (!this.broadcasting) this.#showUnderWay();
  }

  /** Puts on what had begun before this moment and would still be on its way. */
  #showUnderWay(): void {
    const { mediaMs } = this;
    for (const comment of this.#parts.timeline.jump(mediaMs, LOOK_BACK_MS)) {
      this.#fly(comment, mediaMs - comment.position_ms);
    }
  }
}
