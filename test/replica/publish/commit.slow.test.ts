/** Power cuts at every step of a publish, on the simulated disk: archive, log and checkpoints of conversations together. */
/** The log is from before or after, the archive stays whole, and publishing again ends in what one publish would have given. */

import { describe, expect, it } from 'vitest';
import { createArchive, openArchive } from '../../../src/archive/archive.ts';
import { parseCheckpoint, verifyCheckpoint } from '../../../src/archive/format/format.ts';
import { silentLog } from '../../../src/base/log.ts';
import { ArchiveLog } from '../../../src/replica/log/archive-log.ts';
import { verifyLog } from '../../../src/replica/log/verify-log.ts';
import { commitPublish } from '../../../src/replica/publish/commit.ts';
import type { PlannedState, PublishPlan } from '../../../src/replica/publish/plan.ts';
import { type CrashKind, PowerCut, SimulatedDisk, seeded } from '../../archive/simulated-disk.ts';
import { at, chain } from '../../archive/turns.ts';
import { newKey, ORIGIN } from '../log/log-kit.ts';

const KEY = newKey();
const one = chain(8, 'one');
const two = chain(5, 'two');
const options = { dir: '/a', origin: ORIGIN, indexPath: '', log: silentLog } as const;

/** Two conversations, of which the first grows between the publishes. */
function begin(): { readonly disk: SimulatedDisk; readonly plans: readonly PublishPlan[] } {
  const disk = new SimulatedDisk();
  createArchive('/a', { origin: ORIGIN, nowMs: 0, disk });
  const process = { pid: 1, host: 'test', boot: '1', isAlive: () => true };
  const archive = openArchive('/a', { mode: 'write', disk, indexPath: ':memory:', process });
  archive.append({ turns: [...one.slice(0, 3), ...two] });
  const states = (): PlannedState[] =>
    [...archive.walkConversations()]
      .map(({ id, size, rootHash, turns }) => ({
        ...{ conversation: id, title: '', size, root: rootHash, turns, before: 0 },
      }))
      .sort((a, b) => (a.conversation < b.conversation ? -1 : 1));
  const empty = { newly: [], grown: [], withdrawn: [], blocked: [], missing: [], unchanged: 0 };
  const first = { ...empty, newly: states() };
  archive.append({ turns: one });
  const isOne = ({ conversation }: PlannedState): boolean => conversation === at(one, 0).hash;
  const grown = states().filter(isOne);
  const gone = first.newly.filter((state) => !isOne(state));
  const withdrawn = gone.map((state) => ({ ...state, size: 0, root: '', because: 'it was asked for' }));
  archive.close();
  return { disk, plans: [first, { ...empty, grown, withdrawn }] };
}

/** As a program that starts anew does: what is done already is not done again. */
function publish(disk: SimulatedDisk, plans: readonly PublishPlan[], sizes: number[] = []): void {
  for (const [i, plan] of plans.entries()) {
    const log = ArchiveLog.open({ mode: 'write', ...options, disk });
    const ends = [3, 5];
    const done = log.size >= (ends[i] ?? 0);
    const added = log.listKeys().length === 0 ? { added: KEY } : {};
    const next = done ? { ...plan, newly: [], grown: [], withdrawn: [] } : plan;
    commitPublish(log, next, { nowMs: 7, signers: { signers: [KEY], key: KEY, ...added } });
    sizes.push(log.size);
    log.close();
  }
}

describe('a power cut while something is published', () => {
  const kinds: readonly CrashKind[] = ['none', 'all', 'prefix', 'missing', 'torn'];
  it.each(kinds)('leaves the log as it was or as it will be (%s)', (kind) => {
    const whole = begin();
    const start = whole.disk.operations;
    publish(whole.disk, whole.plans);
    const wanted = logFiles(whole.disk);
    expect([...wanted.keys()].filter((path) => path.includes('/conversations/'))).toHaveLength(1);
    const random = seeded(11);
    for (let cutAt = start; cutAt < whole.disk.operations; cutAt++) {
      const { disk, plans } = begin();
      disk.cutAt = cutAt;
      const sizes: number[] = [];
      try {
        publish(disk, plans, sizes);
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
      const after = disk.crash(kind, random);
      const report = verifyLog({ ...options, disk: after });
      expect(report.damage, `cut at ${cutAt}`).toEqual([]);
      expect([0, 3, 5]).toContain(report.records);
      expect(report.records).toBeGreaterThanOrEqual(sizes.at(-1) ?? 0);
      publish(after, plans);
      expect(verifyLog({ ...options, disk: after })).toMatchObject({ damage: [], notes: [], records: 5 });
      expect(logFiles(after), `cut at ${cutAt}`).toEqual(wanted);
    }
    const bytes = wanted.get('/a/log/checkpoint') ?? new Uint8Array();
    expect(verifyCheckpoint(parseCheckpoint(bytes), ORIGIN, KEY.publicKey)).toBe(true);
  });
});

function logFiles(disk: SimulatedDisk): ReadonlyMap<string, Uint8Array> {
  return new Map([...disk.files()].filter(([path]) => path.startsWith('/a/log/') && !path.endsWith('.tmp')).sort());
}
