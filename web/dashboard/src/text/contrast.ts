/** The darker of the two inks that may stand on a brand colour. */
const DARK_INK = "#17171c";
const WHITE = "#ffffff";

/** Whether a text is a colour such as `#3b55d9`. */
export function isHexColor(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text);
}

/** The contrast of two colours, from 1 to 21, as WCAG defines it. */
export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** The ink that reads best on a colour, with its contrast. */
export function inkOn(color: string): { ink: string; ratio: number } {
  const onWhite = contrast(color, WHITE);
  const onDark = contrast(color, DARK_INK);
  return onWhite >= onDark ? { ink: WHITE, ratio: onWhite } : { ink: DARK_INK, ratio: onDark };
}

function luminance(color: string): number {
  const channel = (from: number): number => {
    const value = Number.parseInt(color.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
