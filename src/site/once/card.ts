/** `/card.png`: the picture that other programs show beside a link to any page of the public site: its mark, its name, what it is. */
/** The one file that knows resvg, and only where the picture has to be made; the same WebAssembly gives the same bytes on every machine. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import type { BuildContext } from '../conversation/context.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { CARD_SIZE } from '../shell/cards.ts';
import { OURS, PAPERS, readableTone } from '../shell/theme.ts';
import { contentHash, keyOf } from '../state/keys.ts';
import { outputPath, pages } from '../urls.ts';

const OWNER = 'card';
/** Raised when the same words are drawn otherwise. */
const DRAWING = '1';
const FACE = 'newsreader.woff2';

export function buildCard(context: BuildContext): void {
  const { output, options, inputs } = context;
  output.take(OWNER);
  const face = inputs.assets.get(FACE);
  if (options.mode === 'local' || face === undefined) return;
  const { title, description, color } = options.config;
  const svg = drawCard(title, description, readableTone(color === '' ? OURS : color, PAPERS.light));
  const path = outputPath(pages.card);
  if (!output.declare(path, OWNER, keyOf(DRAWING, svg, contentHash(face.content)))) return;
  context.defer(render(svg, face.content).then((png) => output.put(path, png)));
}

async function render(svg: string, face: Uint8Array): Promise<Uint8Array> {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  ready ??= readFile(fileURLToPath(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'))).then(initWasm);
  await ready;
  const drawing = new Resvg(svg, {
    font: { fontBuffers: [face], loadSystemFonts: false, defaultFontFamily: 'Newsreader' },
  });
  try {
    const image = drawing.render();
    const png = image.asPng().slice();
    image.free();
    return png;
  } finally {
    drawing.free();
  }
}

/** A program is loaded once in a process. */
let ready: Promise<void> | undefined;

/** What the face has no letters for stays away; the mark is always there. */
function drawCard(title: string, description: string, accent: string): SafeHtml {
  const { width, height } = CARD_SIZE;
  const name = plainTitle(latinOf(title), 70);
  const [size, most] = name.length > 34 ? [76, 28] : [104, 20];
  const lines = wrap(name, most).slice(0, 3);
  const about = wrap(plainTitle(latinOf(description), 120), 52).slice(0, 2);
  const top = 320 - (lines.length - 1) * size * 0.5;
  const line = (words: string, y: number, px: number, fill: string): SafeHtml =>
    html`<text x="96" y="${text(Math.round(y))}" font-family="Newsreader" font-weight="600" font-size="${text(px)}" fill="${text(fill)}">${text(words)}</text>`;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${text(width)}" height="${text(height)}" viewBox="0 0 1200 630"><rect width="1200" height="630" fill="#fcfbf8"/><rect width="24" height="630" fill="${text(accent)}"/><g transform="translate(84 72) scale(3.2)" fill="none" stroke="${text(accent)}" stroke-width="3.4" stroke-linecap="round"><path d="M12.5 6v14.5c0 3.4 1.8 5 5 5h1.5M6.5 12.5h6c4 0 5.5.5 8 3"/><circle cx="23.5" cy="17.5" r="3.3" fill="${text(accent)}" stroke="none"/></g>${joinHtml(
    [
      ...lines.map((words, i) => line(words, top + i * size * 1.04, size, '#1d1f22')),
      ...about.map((words, i) => line(words, 510 + i * 48, 38, '#5c5f65')),
    ],
  )}</svg>`;
}

function latinOf(words: string): string {
  return words.replace(/[^\u0020-\u007e\u00a0-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d\u2026]/gu, '');
}

/** Lines of so many letters, more or less: the face is set in one width. */
function wrap(words: string, most: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words.split(' ').filter((each) => each !== '')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > most) lines.push(word.slice(0, most));
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
