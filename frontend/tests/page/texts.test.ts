import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Texts } from "../../src/page/texts";

const folder = join(import.meta.dirname, "../../../danmaku/web/texts");
const read = (lang: string): Record<string, string> =>
  JSON.parse(readFileSync(join(folder, `${lang}.json`), "utf8"));
const english = read("en");
const chinese = read("zh-CN");
const namesIn = (text = "") => (text.match(/\{\w+\}/g) ?? []).sort();

it("has the same texts in both languages, with the same values in them", () => {
  expect(Object.keys(chinese)).toEqual(Object.keys(english));
  for (const [key, text] of Object.entries(english)) {
    expect([key, namesIn(chinese[key])]).toEqual([key, namesIn(text)]);
  }
});

it("has a text for every code that the server may answer with", () => {
  const source = readFileSync(join(folder, "../../errors.py"), "utf8");
  const codes = [...source.matchAll(/^ {4}[A-Z_]+ = "([a-z_]+)"$/gm)].map(([, code]) => code);

  expect(codes).toContain("rate_limited");
  expect(codes.filter((code) => !(`code.${code}` in english))).toEqual([]);
});

it("fills values in and says the key of a text that is missing", () => {
  const texts = new Texts(english);

  expect(texts.say("live.new_comments", { n: 3 })).toBe("3 new");
  expect(texts.say("no.such")).toBe("no.such");
});
