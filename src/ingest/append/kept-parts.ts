/** What was read of sources that are held back, while it is little. */
/** Those need not be read a second time, alone, when everything else has been done. */

import type { ReadPart } from '../read/read-part.ts';
import type { PlannedSource } from './plan.ts';

export interface KeptParts {
  add(source: PlannedSource, part: ReadPart): void;
  /** All parts of a source, once; undefined: there was no room for them. */
  take(source: PlannedSource): readonly ReadPart[] | undefined;
}

export function createKeptParts(): KeptParts {
  const parts = new Map<PlannedSource, ReadPart[]>();
  const left = new Set<PlannedSource>();
  let bytes = 0;
  return {
    add(source, part) {
      if (left.has(source)) return;
      bytes += sizeOf(part);
      const known = parts.get(source) ?? [];
      if (bytes <= KEPT_BYTES) {
        parts.set(source, [...known, part]);
        return;
      }
      left.add(source);
      parts.delete(source);
      for (const each of [...known, part]) bytes -= sizeOf(each);
    },
    take(source) {
      const known = parts.get(source);
      parts.delete(source);
      for (const each of known ?? []) bytes -= sizeOf(each);
      return known;
    },
  };
}

function sizeOf({ payloads, blobs, turns }: ReadPart): number {
  return blobs.reduce(
    (sum, blob) => sum + blob.bytes.buffer.byteLength,
    payloads.buffer.byteLength + turns.length * TURN_BYTES,
  );
}

/** Of all sources together. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** A turn beside its payload. */
const TURN_BYTES = 512;
