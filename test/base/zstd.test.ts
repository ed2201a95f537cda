/** zstd frames: what is handed out lies on a buffer of its own size. */
/** Caches weigh what they hold by its length: a small view on a large buffer would make them hold many times their limit. */

import { describe, expect, it } from 'vitest';
import { compressZstd, decompressZstd } from '../../src/base/zstd.ts';

describe('zstd frames', () => {
  it.each([1, 300, 70_000, 200_000])('of %i bytes hold no more memory than their bytes', (length) => {
    const raw = Buffer.alloc(length, 'turn ');
    const frame = compressZstd(raw, 3);
    const again = decompressZstd(frame, length, length);
    expect(Buffer.from(again)).toEqual(raw);
    for (const bytes of [frame, again])
      expect(bytes.buffer.byteLength).toBeLessThanOrEqual(bytes.length + 256 + bytes.length / 8);
  });
});
