/** The thread that makes PNG of SVG. */
/** The one file that knows resvg; the same WebAssembly gives the same bytes on every machine. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { messageOf } from '../../../base/errors.ts';
import type { PaintStart } from './painter.ts';

await initWasm(readFile(fileURLToPath(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'))));
// what is sent before this line waits
parentPort?.on('message', (svg: string) => {
  try {
    parentPort?.postMessage({ result: paint(svg) });
  } catch (error) {
    parentPort?.postMessage({ problem: messageOf(error) });
  }
});

function paint(svg: string): Uint8Array {
  // Handed over by the painter, which starts this thread.
  const { face, family } = workerData as PaintStart;
  const drawing = new Resvg(svg, { font: { fontBuffers: [face], loadSystemFonts: false, defaultFontFamily: family } });
  try {
    const image = drawing.render();
    const png = image.asPng().slice();
    image.free();
    return png;
  } finally {
    drawing.free();
  }
}
