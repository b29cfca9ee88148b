import { describe, expect, it } from "vitest";
import { clockText } from "../../src/page/clock_text";
import { Me } from "../../src/page/me";
import { DEFAULTS, loadPreferences, savePreferences } from "../../src/page/preferences";
import { admit } from "../../src/page/trust";

it.each([
  [0, "00:00"],
  [83_900, "01:23"],
  [3_723_000, "1:02:03"],
])("writes %i ms as people do", (positionMs, text) => {
  expect(clockText(positionMs)).toBe(text);
});

describe("the page's trust", () => {
  it("admits inert markup", () => {
    const markup = '<div class="art-video"><svg viewBox="0 0 1 1"><path d="M0 0"/></svg></div>';

    expect(admit(markup)).toBe(markup);
  });

  it.each([
    "<script>x</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:x'>",
    "< iframe src=x>",
  ])("does not admit %s", (markup) => {
    expect(admit(markup)).toBeNull();
  });
});

describe("preferences", () => {
  it("come back as they were kept", () => {
    savePreferences(localStorage, { ...DEFAULTS, on: false });

    expect(loadPreferences(localStorage)).toEqual({ ...DEFAULTS, on: false });
  });

  it.each(["{", "[]", '"x"', '{"rules":{"words":"x"},"overlay":{"speed":"fast"}}'])(
    "fall back to what is usual for %s",
    (kept) => {
      localStorage.setItem("danmaku.viewer", kept);

      expect(loadPreferences(localStorage)).toEqual(DEFAULTS);
    },
  );
});

describe("the viewer", () => {
  const comment = { number: 3, author: "a1" } as Parameters<Me["isAuthor"]>[0];

  it("learns their public id from their first comment", () => {
    const me = new Me({ name: "Ann", author: null, until_ms: null, powers: ["comment.send"] });
    expect(me.isAuthor(comment)).toBe(false);

    me.published(3);
    expect(me.isAuthor(comment)).toBe(true);
    expect(me.isAuthor({ ...comment, number: 9 })).toBe(true);
  });

  it("is nobody's author as a guest", () => {
    expect(new Me(null).isAuthor(comment)).toBe(false);
    expect(new Me(null).may("room.manage")).toBe(false);
  });
});
