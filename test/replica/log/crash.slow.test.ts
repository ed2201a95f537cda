/** Power cuts at every step of three publishes, on the simulated disk. */
/** What was acknowledged counts, nothing counts by halves, and doing the rest again ends in the same root. */

import { describe, expect, it } from 'vitest';
import { rootOf } from '../../../src/archive/format/format.ts';
import { encodeHex } from '../../../src/base/bytes.ts';
import { type CrashKind, PowerCut, SimulatedDisk, seeded } from '../../archive/simulated-disk.ts';
import { append, keyRecord, newKey, openLog as open, range, state, withdrawn } from './log-kit.ts';

const ONE = newKey();

describe('a power cut', () => {
  const KINDS: readonly CrashKind[] = ['none', 'all', 'prefix', 'missing', 'torn'];
  const batches = [
    [keyRecord(ONE), ...range(1, 200).map((n) => state(n, 3))],
    range(200, 460).map((n) => state(n, 4)),
    [withdrawn(3), state(4, 9)],
  ];

  function begin(): SimulatedDisk {
    const disk = new SimulatedDisk();
    disk.mkdir('/a');
    disk.fsyncDir('/');
    return disk;
  }

  /** How many records count after each whole batch. */
  const ends = [0, 1, 2, 3].map((n) => batches.slice(0, n).flat().length);

  it.each(KINDS)('at any step leaves a log from before or after a publish, and the next goes on (%s)', (kind) => {
    const whole = begin();
    const start = whole.operations;
    const log = open(whole);
    for (const batch of batches) append(log, batch, ONE);
    const random = seeded(7);
    for (let cutAt = start; cutAt < whole.operations; cutAt++) {
      const disk = begin();
      disk.cutAt = cutAt;
      let acknowledged = 0;
      try {
        const writer = open(disk);
        for (const batch of batches) {
          append(writer, batch, ONE);
          acknowledged += batch.length;
        }
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
      const after = disk.crash(kind, random);
      const reader = open(after, 'read');
      expect(ends, `cut at ${cutAt}`).toContain(reader.size);
      expect(reader.size).toBeGreaterThanOrEqual(acknowledged);
      const writer = open(after);
      for (const [i, batch] of batches.entries()) if (reader.size <= (ends[i] ?? 0)) append(writer, batch, ONE);
      expect(encodeHex(rootOf(open(after, 'read').frontier))).toBe(encodeHex(rootOf(log.frontier)));
    }
  });
});
