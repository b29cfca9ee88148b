import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer, Draft, RoomState } from "../../src/client/messages";
import { Composer } from "../../src/page/composer";
import type { Kept } from "../../src/page/own_list";
import { Texts } from "../../src/page/texts";

const STATE: RoomState = {
  title: "Room",
  summary: "",
  kind: "video",
  status: "open",
  mode: "machine",
  media_url: "",
  media_type: "file",
  slow_ms: 0,
  text_max: 10,
  modes: ["scroll", "top"],
  colors: true,
  sizes: true,
  level_min: 0,
  unique: false,
  delay_ms: 5_000,
  silent_until_ms: null,
  paused_until_ms: null,
  broadcast: null,
  recall_within_ms: 120_000,
  news: false,
  commerce: false,
  minor_safe: false,
};

const FORM = `
  <form id="composer">
    <input name="text">
    <output id="composer-count"></output>
    <input type="radio" name="mode" value="top" checked>
    <button id="composer-send">Send</button>
  </form>
  <p id="composer-note"></p>`;

let box: HTMLInputElement;
let note: HTMLElement;
let button: HTMLButtonElement;
let composer: Composer;
let sent: { id: string; draft: Draft }[];
let answer: Partial<Answer>;
let texts: Texts;
let kept: Kept[];
let host: boolean;

function open(): Composer {
  return new Composer(document.querySelector("form") as HTMLFormElement, STATE, texts, {
    send: async (id, draft) => {
      sent.push({ id, draft });
      return answer as Answer;
    },
    mediaMs: () => 1_234.4,
    latencyMs: () => 0,
    published: () => {},
    kept: (each) => kept.push(each),
    isHost: () => host,
    serverMs: () => Date.now(),
    ways: { not_verified: "/account/identity?next=/rooms/r" },
    memory: sessionStorage,
  });
}

function write(text: string): void {
  box.value = text;
  box.dispatchEvent(new Event("input"));
}

async function submit(): Promise<void> {
  box.form?.dispatchEvent(new Event("submit", { cancelable: true }));
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = FORM;
  const form = document.querySelector("form") as HTMLFormElement;
  box = form.querySelector("input") as HTMLInputElement;
  button = form.querySelector("button") as HTMLButtonElement;
  note = document.querySelector("#composer-note") as HTMLElement;
  sent = [];
  kept = [];
  host = false;
  sessionStorage.clear();
  texts = new Texts({
    "code.rate_limited": "Too fast.",
    "composer.send": "Send",
    "composer.comments_off": "Comments are off.",
    "live.wait": "{n} s",
    "live.held": "Held.",
    "live.held_for": "Appears in {n} s.",
    "live.silent_for": "Silence for {n} s.",
    "live.notice_until": "Until {time}.",
    "code.not_verified": "Not verified.",
    "way.not_verified": "Verify",
  });
  composer = open();
});

describe("sending", () => {
  it("sends what is written with the chosen style at the media time, and empties the box", async () => {
    answer = { op: "published", number: 1 };
    write(" hello ");
    await submit();

    expect(sent[0]?.draft).toMatchObject({ text: "hello", mode: "top", position_ms: 1_234 });
    expect(box.value).toBe("");
  });

  it("says that a comment is held", async () => {
    answer = { op: "held" };
    write("hello");
    await submit();

    expect([box.value, note.textContent]).toEqual(["", "Held."]);
  });

  it("says how long a comment of a delayed room waits", async () => {
    answer = { op: "held", seq: 9, category: "delay" };
    write("hello");
    await submit();

    expect(note.textContent).toBe("Appears in 5 s.");
    expect(kept).toEqual([{ text: "hello", status: "delayed", category: null, seq: 9 }]);
  });

  it("keeps a refused text, says why, and counts the wait down", async () => {
    answer = { op: "refused", code: "rate_limited", category: null, retry_after_ms: 2_000 };
    write("hello");
    await submit();
    expect([box.value, note.textContent, button.textContent]).toEqual([
      "hello",
      "Too fast.",
      "2 s",
    ]);
    expect(button.disabled).toBe(true);

    await vi.advanceTimersByTimeAsync(1_250);
    expect(button.textContent).toBe("1 s");
    await vi.advanceTimersByTimeAsync(1_000);
    expect([button.textContent, button.disabled, note.textContent]).toEqual(["Send", false, ""]);
  });

  it("leads to where a refusal can be settled, and has the text again on return", async () => {
    answer = { op: "refused", code: "not_verified", category: null };
    write("hello");
    await submit();

    const link = note.querySelector("a");
    expect([link?.textContent, link?.getAttribute("href")]).toEqual([
      "Verify",
      "/account/identity?next=/rooms/r",
    ]);
    box.value = "";
    open();
    expect(box.value).toBe("hello");
    box.value = "";
    open();
    expect(box.value).toBe("");
  });

  it("says until when a refusal holds", async () => {
    const until_ms = Date.now() + 60_000;
    answer = { op: "refused", code: "rate_limited", category: null, until_ms };
    write("hello");
    await submit();

    const time = new Date(until_ms).toLocaleString();
    expect(note.textContent).toBe(`Too fast. Until ${time}.`);
  });

  it("asks again under the same id when the outcome is not known, and only then", async () => {
    answer = { op: "refused", code: "unknown", category: null };
    write("hello");
    await submit();
    await submit();
    answer = { op: "refused", code: "prohibited", category: null };
    await submit();
    await submit();

    const ids = sent.map(({ id }) => id);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).toBe(ids[0]);
    expect(ids[3]).not.toBe(ids[0]);
  });
});

describe("bounds", () => {
  it("counts code points and does not send more than the room takes", async () => {
    write("👍👍👍👍👍👍👍👍👍👍");
    expect([document.querySelector("output")?.textContent, button.disabled]).toEqual([
      "10/10",
      false,
    ]);

    write("👍👍👍👍👍👍👍👍👍👍👍");
    await submit();
    expect([button.disabled, sent]).toEqual([true, []]);
  });

  it("closes with the room and opens with it", () => {
    composer.setState({ ...STATE, mode: "closed" });
    expect([box.disabled, note.textContent]).toEqual([true, "Comments are off."]);

    composer.setState(STATE);
    expect([box.disabled, note.textContent]).toEqual([false, ""]);
  });
});

describe("a silence", () => {
  const until = () => ({ ...STATE, silent_until_ms: Date.now() + 2_000 });

  it("is counted down, and ends by itself", async () => {
    composer.setState(until());
    expect([note.textContent, button.textContent]).toEqual(["Silence for 2 s.", "2 s"]);

    await vi.advanceTimersByTimeAsync(1_250);
    expect(note.textContent).toBe("Silence for 1 s.");
    await vi.advanceTimersByTimeAsync(1_000);
    expect([note.textContent, button.textContent]).toEqual(["", "Send"]);
  });

  it("is not for those who keep the room", () => {
    host = true;
    composer.setState(until());

    expect([note.textContent, button.textContent]).toEqual(["", "Send"]);
  });
});
