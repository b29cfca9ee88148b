import { describe, expect, it } from "vitest";
import type { Comment } from "../../src/client/messages";
import { KeptBackList } from "../../src/shield/kept_back";
import { compilePattern } from "../../src/shield/patterns";
import { Repeats } from "../../src/shield/repeats";
import { NO_RULES, Shield } from "../../src/shield/shield";

function comment(text: string, more: Partial<Comment> = {}): Comment {
  return {
    seq: 1,
    number: 1,
    at_ms: 0,
    position_ms: 0,
    mode: "scroll",
    color: 0xffffff,
    size: 25,
    text,
    author: "a1",
    name: "Ann",
    late: false,
    imported: false,
    ...more,
  };
}

describe("reasons", () => {
  const shield = new Shield({
    ...NO_RULES,
    words: ["Spoiler", "剧透"],
    patterns: ["^6+$"],
    authors: [{ id: "b2", name: "Bob" }],
    modes: ["bottom"],
  });

  it.each([
    ["a ＳＰＯＩＬＥＲ ahead", {}, { kind: "word", value: "Spoiler" }],
    ["别剧透啊", {}, { kind: "word", value: "剧透" }],
    ["6666", {}, { kind: "pattern", value: "^6+$" }],
    ["hello", { author: "b2" }, { kind: "author", value: "Bob" }],
    ["hello", { mode: "bottom" as const }, { kind: "mode", value: "bottom" }],
    ["hello", {}, null],
  ])("%s %o", (text, more, reason) => {
    expect(shield.reasonFor(comment(text, more))).toEqual(reason);
  });
});

describe("patterns from a viewer", () => {
  it.each(["前方.*高能", "^(哈|呵)", "[*+]{2}", "a+b", "\\(x\\)+"])("accepts %s", (source) => {
    expect(compilePattern(source)).toBeInstanceOf(RegExp);
  });

  it.each(["(a+)+$", "(a|a)*b", "(x)\\1", "a*a*a*a*a*b", "(", "", "x".repeat(101)])(
    "does not accept %s",
    (source) => {
      expect(compilePattern(source)).toBeNull();
    },
  );
});

describe("repeats", () => {
  it("finds the number that an equal text flew with, whatever its case or width", () => {
    const repeats = new Repeats();

    expect(repeats.earlier("Nice", 1)).toBeNull();
    expect(repeats.earlier("ｎｉｃｅ ", 2)).toBe(1);
  });
});

describe("what was kept back", () => {
  it("is listed newest first and forgets a recalled comment", () => {
    const list = new KeptBackList();
    for (const number of [1, 2, 3]) {
      list.add(comment("x", { number }), { kind: "word", value: "x" });
    }
    list.remove(2);

    expect(list.newestFirst().map((each) => each.comment.number)).toEqual([3, 1]);
    expect(list.count).toBe(2);
  });
});
