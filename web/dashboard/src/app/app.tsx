import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { TooltipProvider } from "../components/tooltip";
import { KeyListener } from "../shell/key-listener";
import { LiveRegion } from "../shell/live-region";
import { Toaster } from "../shell/toaster";
import { ServicesContext, usePreferences } from "./hooks";
import { createAppRouter } from "./router";
import type { Services } from "./services";

/** The whole app. */
export function App({ services }: { services: Services }) {
  const [router] = useState(() => createAppRouter(services));
  return (
    <ServicesContext value={services}>
      <QueryClientProvider client={services.queries}>
        <Scheme />
        <KeyListener />
        <LiveRegion />
        <TooltipProvider delayDuration={500} skipDelayDuration={200}>
          <RouterProvider router={router} />
          <Toaster />
        </TooltipProvider>
      </QueryClientProvider>
    </ServicesContext>
  );
}

/** Applies the member's choice of colours. */
function Scheme() {
  const { scheme } = usePreferences();
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (scheme === "system") delete dataset.scheme;
    else dataset.scheme = scheme;
  }, [scheme]);
  return null;
}
