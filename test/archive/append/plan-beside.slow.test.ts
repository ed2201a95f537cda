/** Extensions that a thread plans: the same plan, the same archive and the same refusals as without one. */
/** Slow, because a thread is only started for half a megabyte of payloads. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planNewExtension } from '../../../src/archive/append/extend-plan.ts';
import { PlanBeside } from '../../../src/archive/append/plan-beside.ts';
import { type ArchiveWriter, createArchive, type LogExtension, openArchive } from '../../../src/archive/archive.ts';
import { encodeChunk, TilePayloads } from '../../../src/archive/format/format.ts';
import { realDisk } from '../../../src/base/disk.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import { at, chain, rawTurn } from '../turns.ts';
import { extensionOf, pull } from './pull.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnpress-beside-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const turns = chain(300, 'far');
const last = rawTurn(at(turns, -1), Buffer.alloc(60_000, 'far away '));
const more = Array.from({ length: 12 }, (_, i) => rawTurn(last, Buffer.alloc(60_000, `branch ${i} `)));
const blob = rawTurn(last, Buffer.alloc(70_000, 'too long for a tile '));
const id = at(turns, 0).hash;

/** Over half a megabyte, with a blob, a fork and a meta. */
const disk = createMemoryDisk();
createArchive('/far', { origin: 'far.example.org/archive', nowMs: 0, disk });
const far = openArchive('/far', { mode: 'write', disk, indexPath: ':memory:' });
far.append({
  turns: [...turns, last, ...more, blob],
  heads: [{ conversation: id, name: 'main', turn: last.hash }],
  metas: [{ conversation: id, meta: { title: 'a title' }, timeMs: 1 }],
});

function makeNear(name: string): {
  readonly dir: string;
  readonly archive: ArchiveWriter;
  readonly extension: LogExtension;
} {
  const dir = join(folder, name);
  createArchive(dir, { origin: 'near.example.org/archive', nowMs: 0 });
  const archive = openArchive(dir, { mode: 'write' });
  return { dir, archive, extension: extensionOf(pull(disk, '/far', id, 0, archive)) };
}

function filesOf(dir: string): ReadonlyMap<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(dir, name)).isFile(),
  );
  return new Map(names.sort().map((name) => [name, readFileSync(join(dir, name), 'latin1')]));
}

describe('an extension that a thread plans', () => {
  it('is planned as without one', async () => {
    const { dir, archive, extension } = makeNear('plan');
    archive.close();
    const place = { dir, disk: realDisk, info: { origin: 'near.example.org/archive' } };
    const beside = new PlanBeside(place);
    const found = await beside.find(extension);
    beside.close();
    const { growth, planned } = planNewExtension(place, extension);
    expect(found?.planned).toEqual(planned);
    const turnsOf = (records = growth.records) =>
      records.map(({ bytes, turn }) => [Buffer.from(bytes).toString('hex'), turn]);
    expect(turnsOf(found?.growth.records)).toEqual(turnsOf());
    const blobsOf = (records = growth.records) => records.flatMap(({ payload }) => payload?.blobs ?? []);
    expect(blobsOf(found?.growth.records)).toEqual(blobsOf());
    const { records: _, ...rest } = growth;
    expect({ ...found?.growth, records: [] }).toEqual({ ...rest, records: [] });
  });

  it('ends in the same archive', async () => {
    const [here, beside] = [makeNear('here'), makeNear('beside')];
    const plan = here.archive.planExtension(here.extension);
    expect(await beside.archive.planExtensionBeside(beside.extension)).toEqual(plan);
    await here.archive.commitExtensions([plan]);
    await beside.archive.commitExtensions([await beside.archive.planExtensionBeside(beside.extension)]);
    const said = ({ archive }: typeof here) => ({
      summary: archive.getConversation(id),
      turns: archive.listTurns(id),
      heads: archive.listHeads(id),
    });
    expect(said(beside)).toEqual(said(here));
    expect(filesOf(join(beside.dir, 'conversations'))).toEqual(filesOf(join(here.dir, 'conversations')));
    for (const { archive } of [here, beside]) archive.close();
  });

  it('is refused in the same words when a payload is another one', async () => {
    const { archive, extension } = makeNear('other');
    const other = Buffer.alloc(600_000, 'something else ');
    const tiles = extension.tiles.map(({ records, payloads }, i) => {
      const entries = payloads.slots.map((_, at) => ({ tag: 'inline', bytes: other.subarray(at, at + 2000) }) as const);
      return i > 0
        ? { records, payloads }
        : { records, payloads: new TilePayloads(encodeChunk(0, entries, 3), 0, 256) };
    });
    const wrong = { ...extension, tiles };
    let message = '';
    try {
      archive.planExtension(wrong);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('does not hash to its name');
    await expect(archive.planExtensionBeside(wrong)).rejects.toThrow(/payload of record 0 does not hash to its name/);
    archive.close();
  });

  it('is planned here when the thread is gone', async () => {
    const { dir, archive, extension } = makeNear('gone');
    archive.close();
    const beside = new PlanBeside({ dir, disk: realDisk, info: { origin: 'near.example.org/archive' } });
    const asked = beside.find(extension);
    beside.close();
    expect(await asked).toBeUndefined();
    expect(await beside.find(extension)).toBeUndefined();
  });
});
