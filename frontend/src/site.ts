import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/forms.css";
import "./styles/pages.css";
import "./styles/room.css";
import "./styles/composer.css";
import "./styles/list.css";
import "./styles/fly.css";
import "./styles/player.css";
import "./styles/review.css";
import "./styles/patrol.css";
import { localizeTimes } from "./page/times";

const YEAR_S = 31_536_000;

/** The theme that is on: the viewer's choice, or what their system prefers. */
function currentTheme(): string {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return document.documentElement.dataset.theme ?? system;
}

localizeTimes(document);

const button = document.querySelector<HTMLButtonElement>("#theme");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const theme = currentTheme() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    // A cookie, so that the server renders the next page in it and nothing flashes.
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
    document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  });
}
