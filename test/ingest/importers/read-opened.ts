/** Hands bytes to an importer the way the pipeline does: a document as the lines that it is read by. */
/** What was read of a document is never settled, so nothing of it goes on. */

import type { Importer, SourceInput, SourceOutput } from '../../../src/ingest/kit/importer.ts';
import { openSource } from '../../../src/ingest/kit/lines/source.ts';

export function readOpened(importer: Importer, input: SourceInput): SourceOutput {
  if (input.from > 0) return importer.read(input);
  const { kind, size, read } = openSource(
    (from, to) => new Uint8Array(input.bytes.subarray(from, to)),
    input.bytes.length,
    importer.list,
  );
  const output = importer.read({ ...input, kind, bytes: read(0, size) });
  return kind === 'lines' ? output : { ...output, consumed: 0, nextLine: 1, state: {} };
}
