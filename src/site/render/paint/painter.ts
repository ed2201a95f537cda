/** Makes pictures of drawings in a thread of its own, which is started for the first of them. */
/** A picture takes ten milliseconds, so the main thread and the renderers go on meanwhile. */

import { extname } from 'node:path';
import { RenderFailedError } from '../../errors.ts';
import { type Lane, openLane } from '../lane.ts';

/** What pictures are set in: a file of the assets, and the name that it gives itself. */
export const FACE = { file: 'newsreader.woff2', family: 'Newsreader' };

/** What the thread is told at its start. */
export interface PaintStart {
  /** The one font that drawings are set in, and its name. */
  readonly face: Uint8Array;
  readonly family: string;
}

export interface Painter {
  /** SVG to PNG. Throws RenderFailedError, ThreadDiedError. */
  paint(svg: string): Promise<Uint8Array>;
  /** After an error too. */
  close(): Promise<void>;
}

export function createPainter(workerData: PaintStart): Painter {
  let lane: Lane<string, Uint8Array> | undefined;
  return {
    paint(svg) {
      lane ??= openLane(new URL(`./paint-thread${extname(import.meta.url)}`, import.meta.url), {
        job: 'painting pictures',
        workerData,
        failure: (problem) => new RenderFailedError(problem),
      });
      return lane.run(svg, svg.length);
    },
    close: async () => void (await lane?.close()),
  };
}
