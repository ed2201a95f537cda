/** What holds a session: what an importer's records come out of, and what may be settled in it. */
/** Kinds that no importer reads yet (a folder of files, rows of a database, a server's stream) get a member here when one does. */

import type { Problem } from '../../../base/log.ts';
import type { SourceInput } from '../importer.ts';
import { findJsonDocument, type JsonLine, type JsonLinesEnd, walkJsonLines } from './json-lines.ts';

/** One JSON value a line, new ones at the end: what is settled is never read again. */
export interface LinesSource {
  readonly kind: 'lines';
  /** Values in the order in which they stand; returns where they ended. What cannot be read is reported and passed over. */
  readonly walk: (report: (problem: Problem) => void) => Generator<JsonLine, JsonLinesEnd, undefined>;
}

/** Written anew as a whole each time: nothing in it is settled, it is read from its start whenever it changed. */
export interface DocumentSource {
  readonly kind: 'document';
  readonly value: unknown;
}

/** A document of which only a part has been written, or that was damaged. */
export interface BrokenSource {
  readonly kind: 'broken';
}

export type Source = LinesSource | DocumentSource | BrokenSource;

/** Told by what the bytes are, never by the name. */
export function openSource(input: SourceInput): Source {
  if (input.from === 0) {
    const document = findJsonDocument(input.bytes);
    if (document !== undefined) return { kind: 'document', value: document.value };
    if (STARTS_DOCUMENT.test(firstLineOf(input.bytes))) return { kind: 'broken' };
  }
  return { kind: 'lines', walk: (report) => walkJsonLines(input, report) };
}

const STARTS_DOCUMENT = /^\uFEFF?[{[]\s*$/;

function firstLineOf(bytes: Uint8Array): string {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256)).toString('utf8').split('\n', 1)[0] ?? ''
  );
}
