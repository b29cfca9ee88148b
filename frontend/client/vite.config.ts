import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = dirname(fileURLToPath(import.meta.url));

/** The library as others install it, from the very files that the pages are made of. */
export default defineConfig({
  root: here,
  publicDir: false,
  build: {
    target: "es2022",
    lib: {
      entry: join(here, "../src/client/index.ts"),
      name: "DanmakuClient",
      formats: ["es", "iife"],
      fileName: (format) => (format === "es" ? "index.js" : "danmaku-client.js"),
    },
  },
});
