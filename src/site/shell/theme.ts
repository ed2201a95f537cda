/** The owner's colour, made into what pages can use: one tone for light pages and one for dark ones. */
/** Any colour can be asked for; hue and strength stay, and the lightness is moved until text in it can be read everywhere. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';

export const ICON = 'icon.svg';
const THEME = 'theme.css';

/** The mark's own colour, in the icon and as `--accent` of the style sheet. */
export const OURS = '#a6331a';

/** What text in the accent stands on in site.css: the one of each that is nearest to it. A test compares. */
export const PAPERS = { light: '#f4f2ed', dark: '#262019' } as const;

/** WCAG AA asks for 4.5; a little more, because tones are rounded. */
const CONTRAST = 4.6;

/** Style sheet and icon in this colour, by file name; none for the empty one. */
export function themeOf(color: string, icon: Uint8Array | undefined): ReadonlyMap<string, Uint8Array> {
  if (color === '') return new Map();
  const light = readableTone(color, PAPERS.light);
  const css = `:root { --accent: light-dark(${light}, ${readableTone(color, PAPERS.dark)}); }\n`;
  return new Map([
    [THEME, encodeUtf8(css)],
    ...(icon === undefined ? [] : [[ICON, encodeUtf8(decodeUtf8(icon).replaceAll(OURS, light))] as const]),
  ]);
}

/** The colour itself where it can be read on this paper, else the nearest of its lightness that can. Both are `#rrggbb`. */
export function readableTone(color: string, paper: string): string {
  if (contrastOf(color, paper) >= CONTRAST) return color.toLowerCase();
  const [lightness, a, b] = toOklab(color);
  const towards = luminanceOf(paper) > 0.18 ? 0 : 1;
  let [near, far] = [lightness, towards];
  for (let step = 0; step < 20; step++) {
    const middle = (near + far) / 2;
    if (contrastOf(fromOklab(middle, a, b), paper) >= CONTRAST) far = middle;
    else near = middle;
  }
  return fromOklab(far, a, b);
}

/** WCAG 2.2: 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [low, high] = [luminanceOf(one), luminanceOf(other)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminanceOf(color: string): number {
  const [red, green, blue] = toLinear(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

type Triple = readonly [number, number, number];

function toLinear(color: string): Triple {
  const channel = (at: number): number => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Björn Ottosson, "A perceptual color space for image processing" (2020). */
function toOklab(color: string): Triple {
  const [red, green, blue] = toLinear(color);
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** What no screen shows is cut to what it shows. */
function fromOklab(lightness: number, a: number, b: number): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const channels = linear.map((value) => {
    const shown = Math.min(1, Math.max(0, value));
    const gamma = shown <= 0.0031308 ? 12.92 * shown : 1.055 * shown ** (1 / 2.4) - 0.055;
    return Math.round(255 * gamma)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${channels.join('')}`;
}
