/** The owner's colour: any of them can be read on every paper, in light and in dark. */
/** Contrast is asked of a second implementation in assets.test.ts, too: there for our own tones. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../../src/base/bytes.ts';
import { contrastOf, PAPERS, readableTone, themeOf } from '../../../src/site/shell/theme.ts';

const css = readFileSync(new URL('../../../templates/assets/site.css', import.meta.url), 'utf8');
const SURFACES = ['paper', 'raised', 'sunk', 'prompt'];

describe('the owner’s colour', () => {
  const tones = new Map(
    [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(
      ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
    ),
  );

  it('can be read on every surface, whichever it is', () => {
    for (let red = 0; red < 256; red += 51)
      for (let green = 0; green < 256; green += 51)
        for (let blue = 0; blue < 256; blue += 51) {
          const color = `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
          for (const scheme of ['light', 'dark'] as const) {
            const tone = readableTone(color, PAPERS[scheme]);
            for (const surface of SURFACES)
              expect(
                contrastOf(tone, tones.get(surface)?.[scheme] ?? ''),
                `${color} on ${surface}, ${scheme}: ${tone}`,
              ).toBeGreaterThanOrEqual(4.5);
          }
        }
  });

  it('stays as it is where it can be read', () => {
    expect(readableTone('#1F4F3F', PAPERS.light)).toBe('#1f4f3f');
    expect(readableTone('#1F4F3F', PAPERS.dark)).not.toBe('#1f4f3f');
  });

  it('becomes a style sheet and the colour of the icon; without one there is neither', () => {
    const icon = encodeUtf8('<svg><rect fill="#a6331a"/></svg>');
    const made = themeOf('#0b5e3c', icon);
    expect(decodeUtf8(made.get('theme.css') ?? new Uint8Array())).toMatch(
      /^:root \{ --accent: light-dark\(#0b5e3c, #[0-9a-f]{6}\); \}\n$/,
    );
    expect(decodeUtf8(made.get('icon.svg') ?? new Uint8Array())).toBe('<svg><rect fill="#0b5e3c"/></svg>');
    expect(themeOf('', icon).size).toBe(0);
  });
});
