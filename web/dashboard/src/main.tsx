import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { createServices } from "./app/services";
import "./styles.css";

const container = document.querySelector("#app");
if (container === null) throw new Error("index.html has no #app");
const services = createServices();
const { scheme } = services.preferences.snapshot();
// Set before the first frame, so that the page does not flash in the other colours.
if (scheme !== "system") document.documentElement.dataset.scheme = scheme;
createRoot(container).render(
  <StrictMode>
    <App services={services} />
  </StrictMode>,
);
