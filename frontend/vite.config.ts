import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = dirname(fileURLToPath(import.meta.url));
const outDir = join(here, "../danmaku/web/static");

/** Files with names that stay: the site's mark, and what /docs needs to work without another host. */
function plainFiles(): Plugin {
  return {
    name: "plain-files",
    apply: "build",
    closeBundle() {
      copyFileSync(join(here, "src/icons/mark.svg"), join(outDir, "mark.svg"));
      const from = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
      const to = join(outDir, "swagger");
      mkdirSync(to, { recursive: true });
      for (const file of ["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE"]) {
        copyFileSync(join(from, file), join(to, file));
      }
    },
  };
}

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [plainFiles()],
  build: {
    outDir,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: {
        room: join(here, "src/room.ts"),
        embed: join(here, "src/embed.ts"),
        overlay: join(here, "src/overlay.ts"),
        site: join(here, "src/site.ts"),
        docs: join(here, "src/docs.ts"),
        review: join(here, "src/review.ts"),
        patrol: join(here, "src/patrol.ts"),
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
  },
});
