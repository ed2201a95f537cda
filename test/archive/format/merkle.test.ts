import { describe, expect, test } from 'vitest';
import { emptyFrontier, growFrontier, leafHash, splitHashes } from '../../../src/archive/format/merkle.ts';
import { concatBytes } from '../../../src/base/bytes.ts';

describe('a frontier', () => {
  test('keeps its own hashes in memory, not what the leaves stand in', () => {
    const records = Array.from({ length: 5 }, (_, i) => Uint8Array.of(i));
    const together = splitHashes(concatBytes(records.map(leafHash)));
    const { hashes } = growFrontier(emptyFrontier, together);
    expect(hashes).toHaveLength(2);
    for (const hash of hashes) expect(hash.buffer.byteLength).toBeLessThan(512);
  });
});
