/** Builds the loader (`dist/widget.js`) and the frame (`dist/frame.html`, `dist/assets/`), and holds both to their sizes. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import preact from "@preact/preset-vite";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");

/** Bytes after gzip. */
const LOADER_LIMIT = 3 * 1024;
const PANEL_LIMIT = 3 * 1024;
const EXTRAS_LIMIT = 12 * 1024;
const FRAME_LIMIT = 30 * 1024;

rmSync(dist, { recursive: true, force: true });

const shared = { configFile: false, logLevel: "warn", publicDir: false, clearScreen: false };

/** Vite wraps `import()` to preload sheets and chunks of chunks; there are none here, and the wrapper costs a kilobyte. */
const plainImports = {
  name: "plain-imports",
  enforce: "pre",
  load: (id) =>
    id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : undefined,
};

/** The panel behind the launcher, loaded by the loader under its hashed name. */
await build({
  ...shared,
  root: join(here, "loader"),
  build: {
    target: "es2022",
    outDir: dist,
    emptyOutDir: false,
    cssMinify: "lightningcss",
    rollupOptions: {
      input: join(here, "loader/src/panel.ts"),
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "assets/panel-[hash].js" },
    },
  },
});
const panel = readdirSync(join(dist, "assets")).find((name) => name.startsWith("panel-"));

await build({
  ...shared,
  root: join(here, "loader"),
  define: { __PANEL__: JSON.stringify(`/widget/assets/${panel}`) },
  build: {
    target: "es2022",
    outDir: dist,
    emptyOutDir: false,
    cssMinify: "lightningcss",
    lib: {
      entry: join(here, "loader/src/main.ts"),
      formats: ["iife"],
      name: "BatonLoader",
      fileName: () => "widget.js",
    },
  },
});

await build({
  ...shared,
  root: join(here, "frame"),
  base: "/widget/",
  plugins: [plainImports, preact()],
  build: {
    target: "es2022",
    outDir: dist,
    emptyOutDir: false,
    assetsDir: "assets",
    // Inlined files would need data: in the frame's policy.
    assetsInlineLimit: 0,
    cssMinify: "lightningcss",
    modulePreload: false,
    // Browsers that know all that the sheets use; nothing is rewritten for older ones.
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    rollupOptions: {
      input: join(here, "frame/frame.html"),
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});

const gzipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const assets = readdirSync(join(dist, "assets"))
  .filter((name) => name !== panel && !name.startsWith("extras-"))
  .map((name) => join(dist, "assets", name));
const sizes = [
  { name: "loader (widget.js)", files: [join(dist, "widget.js")], limit: LOADER_LIMIT },
  { name: "panel", files: [join(dist, "assets", panel)], limit: PANEL_LIMIT },
  {
    name: "extras",
    files: readdirSync(join(dist, "assets"))
      .filter((name) => name.startsWith("extras-"))
      .map((name) => join(dist, "assets", name)),
    limit: EXTRAS_LIMIT,
  },
  { name: "frame, first view", files: [join(dist, "frame.html"), ...assets], limit: FRAME_LIMIT },
];
let over = false;
for (const { name, files, limit } of sizes) {
  const size = files.reduce((sum, file) => sum + gzipped(file), 0);
  over ||= size > limit;
  console.log(`${size > limit ? "OVER" : "ok  "} ${name}: ${size} of ${limit} bytes gzipped`);
  if (files.length > 1) {
    for (const file of files) console.log(`       ${file.slice(dist.length + 1)}: ${gzipped(file)}`);
  }
}
if (over) process.exit(1);
