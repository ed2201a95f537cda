/** The end of a log, read without the rest: every record that comes is under the root, at every edge of its tiles. */
/** Against the tiles that a replica has, with each file flipped in turn. */

import { describe, expect, it } from 'vitest';
import {
  encodeEntries,
  leafHash,
  rootOfLeaves,
  TILE_WIDTH,
  tileCount,
  tileRecords,
} from '../../../src/archive/format/format.ts';
import { decodeUtf8, encodeUtf8 } from '../../../src/base/bytes.ts';
import { type FetchFile, walkBack } from '../../../src/replica/check/log-tail.ts';
import { makeHashTile, walkHashTiles } from '../../../src/replica/publish/hash-tiles.ts';
import { entriesName, hashTileName } from '../../../src/replica/publish/replica-names.ts';

/** The sizes at which a tile or a level begins or ends. */
const SIZES = [1, 255, 256, 257, 511, 512, 600, 65_535, 65_536, 65_537];

describe('the end of a log', () => {
  it.each(SIZES)('is read from the newest record to the first of %i, or from a few files alone', async (size) => {
    const log = logOf(size);
    const read: string[] = [];
    for await (const { first, records } of walkBack(log.fetchFile(), 'log', log)) {
      expect(first + records.length).toBe(size - read.length);
      read.push(...records.map(decodeUtf8).reverse());
    }
    expect([read.length, read[0], read.at(-1)]).toEqual([size, `record ${size - 1}`, 'record 0']);
    const asked: string[] = [];
    for await (const _ of walkBack(
      log.fetchFile((path) => asked.push(path)),
      'log',
      log,
    ))
      break;
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it('takes nothing of which one bit is another one', async () => {
    const log = logOf(65_837);
    const files = log.paths.filter((path) => !path.startsWith('log/tile/0/'));
    for (const flipped of [...files.slice(0, 2), ...files.slice(-6)]) {
      const all = async () => {
        for await (const _ of walkBack(log.fetchFile(undefined, flipped), 'log', log));
      };
      await expect(all(), flipped).rejects.toMatchObject({ code: 'BAD_REPLICA' });
    }
  });
});

function logOf(size: number) {
  const records = Array.from({ length: size }, (_, i) => encodeUtf8(`record ${i}`));
  const leaves = records.map(leafHash);
  const files = new Map<string, () => Uint8Array>();
  for (let n = 0; n < tileCount(size); n++) {
    const width = tileRecords(size, n);
    const own = records.slice(n * TILE_WIDTH, n * TILE_WIDTH + width);
    files.set(`log/${entriesName(n, width)}`, () => encodeEntries(own));
  }
  for (const tile of walkHashTiles(size, 0))
    files.set(`log/${hashTileName(tile.level, tile.n, tile.width)}`, () =>
      makeHashTile(tile, (from, to) => leaves.slice(from, to)),
    );
  const fetchFile =
    (hear?: (path: string) => void, flipped = ''): FetchFile =>
    async (path) => {
      hear?.(path);
      const bytes = files.get(path)?.();
      const copy = bytes === undefined ? undefined : new Uint8Array(bytes);
      if (copy !== undefined && path === flipped) copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
      return copy;
    };
  return { size, root: rootOfLeaves(leaves), paths: [...files.keys()], fetchFile };
}
