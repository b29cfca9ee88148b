import { expect, it } from "vitest";
import { type Flight, Item } from "../../src/overlay/item";

const FLIGHT: Flight = {
  number: 4,
  text: "<b>bold</b>",
  mode: "scroll",
  color: 0xff7204,
  size: 25,
  own: false,
};

it("shows text as text", () => {
  const { element } = new Item(FLIGHT);

  expect(element.querySelector("b")).toBeNull();
  expect(element.firstElementChild?.textContent).toBe("<b>bold</b>");
});

it("counts equal comments and goes with the last of them", () => {
  const item = new Item(FLIGHT);
  const badge = item.element.querySelector<HTMLElement>(".fly-count");
  item.join(5);
  expect([badge?.hidden, badge?.textContent]).toEqual([false, "×2"]);

  expect(item.part(4)).toBe(true);
  expect(badge?.hidden).toBe(true);
  expect(item.part(5)).toBe(false);
});
