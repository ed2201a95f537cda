/** How often content was taken back from each payload tile: part of the tile's name in a replica. */
/** Counted from the log alone, so who pulls it knows the name of the tile without what was taken back, and of no other. */

import { type LogRecord, TILE_WIDTH } from '../../archive/format/format.ts';

/** Tile → tombstones among the records that name a turn or a meta in it. Tiles without one are left out. `records`: a log from its first record on. */
export function countRevisions(records: Iterable<LogRecord>): ReadonlyMap<number, number> {
  const named = new Map<string, number>();
  const tiles = new Map<string, Set<number>>();
  let position = 0;
  for (const record of records) {
    if (record.kind === 'tombstone') {
      const name = record.action === 'meta withheld' ? record.meta : record.turn;
      named.set(name, (named.get(name) ?? 0) + 1);
    } else if (record.kind !== 'head') {
      const name = record.kind === 'turn' ? record.hash : record.payloadHash;
      const known = tiles.get(name);
      const tile = Math.floor(position / TILE_WIDTH);
      if (known === undefined) tiles.set(name, new Set([tile]));
      else known.add(tile);
    }
    position++;
  }
  const revisions = new Map<number, number>();
  for (const [name, count] of named)
    for (const tile of tiles.get(name) ?? []) revisions.set(tile, (revisions.get(tile) ?? 0) + count);
  return new Map([...revisions].sort(([a], [b]) => a - b));
}
