/** Colours of one brand colour that can be read on the widget's surfaces. */
export type Accent = {
  /** Buttons and visitor bubbles: at least 3:1 on the surface. */
  fill: string;
  /** Words on `fill`: at least 4.5:1. */
  ink: string;
  /** The colour as words on any of the widget's surfaces: at least 4.5:1. */
  text: string;
};

type Rgb = [number, number, number];
type Lab = { l: number; a: number; b: number };

const WHITE: Rgb = [1, 1, 1];
const INK: Rgb = [0x17 / 255, 0x17 / 255, 0x1c / 255];
/** What shapes stand on, and the surface nearest to the words on it: popovers, members' bubbles. */
const SURFACES: Record<"light" | "dark", { plain: Rgb; raised: Rgb }> = {
  light: { plain: WHITE, raised: [0xf0 / 255, 0xf0 / 255, 0xf3 / 255] },
  dark: { plain: [0x14 / 255, 0x14 / 255, 0x17 / 255], raised: [0x1d / 255, 0x1d / 255, 0x22 / 255] },
};
const DEFAULT = "#3b55d9";

/** Makes a brand colour usable: keeps its hue, and moves its lightness until it can be read. */
export function accentOn(scheme: "light" | "dark", brand: string): Accent {
  const { plain, raised } = SURFACES[scheme];
  const color = parseHex(brand) ?? (parseHex(DEFAULT) as Rgb);
  const fill = adjust(color, scheme, (rgb) => contrast(rgb, plain) >= 3 && contrast(inkFor(rgb), rgb) >= 4.5);
  const text = adjust(fill, scheme, (rgb) => contrast(rgb, raised) >= 4.5);
  return { fill: toHex(fill), ink: toHex(inkFor(fill)), text: toHex(text) };
}

/** WCAG contrast of two colours, 1 to 21. */
export function contrast(one: Rgb, two: Rgb): number {
  const [light, dark] = [luminance(one), luminance(two)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export function parseHex(hex: string): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  return match === null ? null : (match.slice(1).map((part) => Number.parseInt(part, 16) / 255) as Rgb);
}

function inkFor(fill: Rgb): Rgb {
  return contrast(WHITE, fill) >= contrast(INK, fill) ? WHITE : INK;
}

/** Walks towards black on light surfaces and towards white on dark ones until the colour does. */
function adjust(color: Rgb, scheme: "light" | "dark", good: (rgb: Rgb) => boolean): Rgb {
  const lab = toLab(color);
  const step = scheme === "dark" ? 0.01 : -0.01;
  for (let l = lab.l; l >= 0 && l <= 1; l += step) {
    // What is compared is what is shown: eight bits a channel.
    const rgb = parseHex(toHex(l === lab.l ? color : toRgb({ ...lab, l }))) as Rgb;
    if (good(rgb)) return rgb;
  }
  return scheme === "dark" ? WHITE : INK;
}

const toLinear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const fromLinear = (part: number) => (part <= 0.0031 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055);

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * toLinear(red) + 0.7152 * toLinear(green) + 0.0722 * toLinear(blue);
}

function toLab(rgb: Rgb): Lab {
  const [red, green, blue] = rgb.map(toLinear) as Rgb;
  const l = Math.cbrt(0.4122 * red + 0.5363 * green + 0.0514 * blue);
  const m = Math.cbrt(0.2119 * red + 0.6806 * green + 0.1073 * blue);
  const s = Math.cbrt(0.0883 * red + 0.2817 * green + 0.6299 * blue);
  return {
    l: 0.2104 * l + 0.7936 * m - 0.004 * s,
    a: 1.9779 * l - 2.4285 * m + 0.4505 * s,
    b: 0.0259 * l + 0.7827 * m - 0.8086 * s,
  };
}

/** Colours outside sRGB lose chroma until they fit, so that hue and lightness stay. */
function toRgb(lab: Lab): Rgb {
  for (let chroma = 1; chroma > 0; chroma -= 0.05) {
    const rgb = unclamped({ l: lab.l, a: lab.a * chroma, b: lab.b * chroma });
    if (rgb.every((part) => part >= -0.001 && part <= 1.001)) return rgb;
  }
  return unclamped({ l: lab.l, a: 0, b: 0 });
}

function unclamped({ l: lightness, a, b }: Lab): Rgb {
  const l = (lightness + 0.3963 * a + 0.2158 * b) ** 3;
  const m = (lightness - 0.1055 * a - 0.0638 * b) ** 3;
  const s = (lightness - 0.0894 * a - 1.2914 * b) ** 3;
  return [
    fromLinear(4.0767 * l - 3.3077 * m + 0.2309 * s),
    fromLinear(-1.2684 * l + 2.6097 * m - 0.3413 * s),
    fromLinear(-0.0041 * l - 0.7034 * m + 1.7076 * s),
  ];
}

function toHex(rgb: Rgb): string {
  return `#${rgb
    .map((part) =>
      Math.round(Math.min(1, Math.max(0, part)) * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}
