import { expect, it } from "vitest";
import { ScreenClock } from "../../src/overlay/clock";

it("stands while the video stands and runs at its rate", () => {
  let realMs = 0;
  const clock = new ScreenClock(() => realMs);
  realMs = 1_000;
  expect(clock.nowMs).toBe(0);

  clock.run();
  realMs = 1_500;
  expect(clock.nowMs).toBe(500);

  clock.setRate(2);
  realMs = 2_000;
  expect(clock.nowMs).toBe(1_500);

  clock.stand();
  realMs = 9_000;
  expect(clock.nowMs).toBe(1_500);
});
