import { need } from "./page/dom";
import { PatrolWall } from "./page/patrol_wall";
import { listenForKeys } from "./page/shortcuts";

const page = need("#patrol-page", HTMLElement);
const wall = new PatrolWall(page);
const offline = need("#offline", HTMLElement, page);
const news = new EventSource(page.dataset.newsUrl ?? "");
news.onmessage = () => void wall.read();
news.onopen = () => {
  offline.hidden = true;
};
news.onerror = () => {
  offline.hidden = false;
};
listenForKeys({
  j: () => wall.step(1),
  k: () => wall.step(-1),
  r: () => wall.press("recall"),
  e: () => wall.press("review"),
  o: () => wall.press("fine"),
  v: () => wall.press("violates"),
});
