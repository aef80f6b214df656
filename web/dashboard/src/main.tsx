import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { createServices } from "./app/services";
import "./styles.css";

/** At most one reload in this time, in case the part stays missing. */
const RELOAD_EVERY_MS = 60_000;

const container = document.querySelector("#app");
if (container === null) throw new Error("index.html has no #app");
const services = createServices();
const { scheme } = services.preferences.snapshot();
// Set before the first frame, so that the page does not flash in the other colours.
if (scheme !== "system") document.documentElement.dataset.scheme = scheme;
reloadAfterUpdate();
createRoot(container).render(
  <StrictMode>
    <App services={services} />
  </StrictMode>,
);

/** A part that is missing means that the server was updated since this tab was opened; a fresh load has it. */
function reloadAfterUpdate(): void {
  const key = "baton.reloaded";
  window.addEventListener("vite:preloadError", () => {
    try {
      const last = Number(window.sessionStorage.getItem(key) ?? 0);
      if (Date.now() - last < RELOAD_EVERY_MS) return;
      window.sessionStorage.setItem(key, String(Date.now()));
      window.location.reload();
    } catch {
      // Without storage a reload could repeat for ever; the screen says what happened instead.
    }
  });
}
