import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** What the first screen may cost: all JavaScript that index.html loads at once, gzipped, in bytes. */
const FIRST_LOAD_BYTES_MAX = 200 * 1024;

/** Prints what the first load costs, and fails the build when it costs too much. */
function firstLoadBudget(): Plugin {
  return {
    name: "baton-first-load-budget",
    apply: "build",
    writeBundle(options) {
      const folder = options.dir ?? "dist";
      const html = readFileSync(join(folder, "index.html"), "utf8");
      const files = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(
        (match) => match[1] ?? "",
      );
      let scripts = 0;
      for (const file of files) {
        const bytes = gzipSync(readFileSync(join(folder, file))).length;
        if (file.endsWith(".js")) scripts += bytes;
        console.info(`first load: ${file} ${(bytes / 1024).toFixed(1)} KB gzip`);
      }
      console.info(
        `first load: JavaScript ${(scripts / 1024).toFixed(1)} KB gzip of ${FIRST_LOAD_BYTES_MAX / 1024} KB`,
      );
      if (scripts > FIRST_LOAD_BYTES_MAX) this.error("the first load is over its budget");
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), firstLoadBudget()],
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": "http://127.0.0.1:4600" } },
});
