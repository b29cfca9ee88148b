import Artplayer from "artplayer";
import type Hls from "hls.js";
import type { RoomState } from "../client/messages";

/** The picture and the layer over it. `video` is null in a room without media. */
export interface Player {
  readonly video: HTMLVideoElement | null;
  readonly layer: HTMLElement;
  readonly mediaMs: number;
  /** How far the picture lags behind the broadcast. */
  readonly latencyMs: number;
  seek(mediaMs: number): void;
}

export interface Control {
  name: string;
  label: string;
  icon: string;
  press(button: HTMLElement): void;
}

interface Look {
  lang: string;
  live: boolean;
  controls: Control[];
}

/** Plays the room's media in `container`, which is emptied of its plain form first. */
export function mountPlayer(container: HTMLElement, state: RoomState, look: Look): Player {
  container.replaceChildren();
  const layer = document.createElement("div");
  layer.className = "overlay";
  layer.setAttribute("aria-hidden", "true");
  if (state.media_url === "") return withoutMedia(container, layer);
  Artplayer.LOG_VERSION = false;
  const hls = state.media_type === "hls";
  let stream: Hls | null = null;
  const art = new Artplayer({
    container: container as HTMLDivElement,
    url: state.media_url,
    type: hls ? "hls" : "",
    customType: {
      hls: async (video, url) => {
        stream = await attachHls(video, url);
      },
    },
    lang: look.lang === "zh-CN" ? "zh-cn" : "en",
    isLive: look.live,
    loop: look.live && !hls,
    autoplay: look.live,
    muted: look.live,
    playbackRate: !look.live,
    setting: !look.live,
    fullscreen: true,
    playsInline: true,
    hotkey: true,
    theme: "var(--accent)",
    layers: [{ name: "danmaku", html: layer, style: LAYER_STYLE }],
    controls: look.controls.map(controlOf),
  });
  return {
    video: art.video as HTMLVideoElement,
    layer,
    get mediaMs() {
      return art.currentTime * 1000;
    },
    get latencyMs() {
      return Math.max(0, (stream?.latency ?? 0) * 1000);
    },
    seek: (mediaMs) => {
      art.seek = mediaMs / 1000;
    },
  };
}

const LAYER_STYLE: Partial<CSSStyleDeclaration> = { inset: "0", pointerEvents: "none" };

function controlOf(control: Control, index: number) {
  const icon = document.createElement("span");
  icon.className = `player-icon player-icon-${control.icon}`;
  return {
    name: control.name,
    index: 10 + index,
    position: "right" as const,
    html: icon,
    tooltip: control.label,
    mounted: (element: HTMLElement) => {
      element.setAttribute("role", "button");
      element.setAttribute("tabindex", "0");
      element.setAttribute("aria-label", control.label);
    },
    click: (_player: unknown, event: Event) => control.press(event.currentTarget as HTMLElement),
  };
}

async function attachHls(video: HTMLVideoElement, url: string): Promise<Hls | null> {
  // Only the library tells how far the picture lags, so the browser's own player comes second.
  if (!("MediaSource" in window || "ManagedMediaSource" in window)) {
    video.src = url;
    return null;
  }
  const { default: HlsPlayer } = await import("hls.js");
  const stream = new HlsPlayer({ enableWorker: false });
  stream.loadSource(url);
  stream.attachMedia(video);
  return stream;
}

function withoutMedia(container: HTMLElement, layer: HTMLElement): Player {
  container.append(layer);
  return { video: null, layer, mediaMs: 0, latencyMs: 0, seek: () => {} };
}
