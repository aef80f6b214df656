import { describe, expect, it } from "vitest";
import { accentOn, contrast, parseHex } from "./theme";

const rgb = (hex: string) => {
  const parsed = parseHex(hex);
  if (parsed === null) throw new Error(`not a colour: ${hex}`);
  return parsed;
};

describe("accentOn", () => {
  it("can be read on both surfaces whatever the brand colour is", () => {
    const parts = ["00", "33", "66", "99", "cc", "ff"];
    for (const red of parts) {
      for (const green of parts) {
        for (const blue of parts) {
          const brand = `#${red}${green}${blue}`;
          for (const scheme of ["light", "dark"] as const) {
            const surface = rgb(scheme === "light" ? "#ffffff" : "#141417");
            const { fill, ink, text } = accentOn(scheme, brand);
            expect(contrast(rgb(fill), surface), `fill of ${brand} in ${scheme}`).toBeGreaterThanOrEqual(3);
            expect(contrast(rgb(ink), rgb(fill)), `ink on ${brand} in ${scheme}`).toBeGreaterThanOrEqual(4.5);
            for (const under of scheme === "light" ? ["#ffffff", "#f0f0f3"] : ["#141417", "#1d1d22"]) {
              const reached = contrast(rgb(text), rgb(under));
              expect(reached, `text of ${brand} on ${under}`).toBeGreaterThanOrEqual(4.5);
            }
          }
        }
      }
    }
  });

  it("leaves a colour alone that does", () => {
    expect(accentOn("light", "#3b55d9")).toEqual({ fill: "#3b55d9", ink: "#ffffff", text: "#3b55d9" });
  });

  it("takes the default for what is no colour", () => {
    expect(accentOn("light", "red; x")).toEqual(accentOn("light", "#3b55d9"));
  });
});
