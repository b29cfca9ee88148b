import "./styles/tokens.css";
import "./styles/fly.css";
import "./styles/overlay.css";
import { browser, socketUrl } from "./client/browser";
import { Connection } from "./client/connection";
import { canvasMeasure } from "./overlay/measure";
import { Overlay } from "./overlay/overlay";
import { type Look, Show, settingsOf } from "./overlay/show";
import { need } from "./page/dom";

interface Drawn {
  token: string;
  live_url: string;
  look: Look;
}

const drawn = JSON.parse(need("#drawn", HTMLScriptElement).textContent ?? "") as Drawn;
const stage = {
  element: need("#stage", HTMLElement),
  measure: canvasMeasure(getComputedStyle(document.documentElement).getPropertyValue("--font")),
  realMs: () => performance.now(),
  still: matchMedia("(prefers-reduced-motion: reduce)").matches,
};
const show = new Show(new Overlay(stage, settingsOf(drawn.look)), drawn.look);
const { live_url, token } = drawn;
const url = socketUrl(live_url, location);
const connection = new Connection({ url, token, since: null, epoch: null }, browser);
let serverAheadMs = 0;

connection.events.on("welcome", ({ server_ms }) => {
  serverAheadMs = server_ms - Date.now();
});
connection.events.on("batch", ({ entries }) => {
  show.take(entries, { nowMs: performance.now(), serverMs: Date.now() + serverAheadMs });
});
connection.events.on("reset", () => show.clear());
connection.events.on("state", ({ state }) => {
  document.body.dataset.connection = state;
  if (state === "ended") show.clear();
});
const seen = () => show.setVisible(document.visibilityState === "visible");
document.addEventListener("visibilitychange", seen);
seen();
for (const name of ["online", "pageshow"]) window.addEventListener(name, () => connection.hurry());
window.addEventListener("pagehide", () => connection.stop());
connection.start();
