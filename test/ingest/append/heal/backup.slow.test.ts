/** Copies of an archive that grows meanwhile, file by file in orders safe and unsafe: the next ingest makes them whole. */
/** In the safe order nothing that counts is missing; content that was copied before its records comes back from kept sources. */

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, isDamage, openArchive } from '../../../../src/archive/archive.ts';
import { heal, ingest } from '../../../../src/ingest/ingest.ts';
import { type FakeLine, fakeAgent, testOptions, writeFake } from '../../fake-agent.ts';

let dir: string;
let live: string;
let copy: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-backup-'));
  [live, copy] = [join(dir, 'live'), join(dir, 'copy')];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const LONG = 'A payload of more than 64 KiB is a blob. '.repeat(1700);

/** A session of so many turns, every third with a blob of its own. */
function linesOf(session: string, count: number): readonly FakeLine[] {
  const turns = Array.from({ length: count }, (_, i): FakeLine => {
    const text = i % 3 === 1 ? `${session} ${i} ${LONG}` : `${session} says ${i}`;
    const said = i % 2 === 0 ? { say: text } : { parts: [text] };
    return { key: `${session}${i}`, parent: i === 0 ? null : `${session}${i - 1}`, time: i, ...said };
  });
  return [{ session, title: `Title ${session}` }, ...turns];
}

async function using<T>(archiveDir: string, work: (archive: ArchiveWriter) => T): Promise<Awaited<T>> {
  const archive = openArchive(archiveDir, { mode: 'write' });
  try {
    return await work(archive);
  } finally {
    archive.close();
  }
}

/** As the command does it. */
async function ingestInto(archiveDir: string): Promise<void> {
  const sourcesDir = join(archiveDir, 'private', 'sources');
  const options = testOptions([join(dir, 'sessions')], { sourcesDir });
  await using(archiveDir, async (archive) => {
    await heal(archive, { sourcesDir, redact: options.redact }, [fakeAgent]);
    await ingest(archive, options, [fakeAgent]);
  });
}

async function grow(count: number): Promise<void> {
  for (const session of ['s']) writeFake(join(dir, 'sessions', `${session}.fake`), linesOf(session, count));
  await ingestInto(live);
}

function listFiles(folder: string, inside = ''): readonly string[] {
  const at = join(folder, inside);
  if (!existsSync(at)) return [];
  return readdirSync(at)
    .sort()
    .flatMap((name) => {
      const path = join(inside, name);
      return statSync(join(folder, path)).isDirectory() ? listFiles(folder, path) : [path];
    });
}

const KINDS = {
  checkpoint: /checkpoint$/,
  entries: /tile\/entries\//,
  leaves: /tile\/0\//,
  payload: /tile\/payload\//,
  blobs: /^blobs\//,
  sources: /^private\/sources\//,
} as const;
type Kind = keyof typeof KINDS;

/** Copies one kind of file after the other; the archive grows in between. */
async function copyInOrder(order: readonly Kind[], start: number): Promise<void> {
  createArchive(live, { origin: 'example.org/a', nowMs: 0 });
  await grow(Math.ceil(start / 2));
  let count = start;
  await grow(count);
  mkdirSync(copy);
  cpSync(join(live, 'archive.json'), join(copy, 'archive.json'));
  for (const kind of order) {
    for (const path of listFiles(live).filter((file) => KINDS[kind].test(file))) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(live, path), join(copy, path));
    }
    count += 4;
    await grow(count);
  }
}

function turnsOf(archiveDir: string) {
  return using(archiveDir, (archive) => {
    const ids = [...archive.walkConversations({ order: 'oldest' })].map(({ id }) => id).sort();
    return ids.map((id) => {
      const turns = archive.listTurns(id);
      return archive
        .readPayloads(turns)
        .map(({ status }, i) => `${turns[i]?.hash} ${status}`)
        .sort();
    });
  });
}

describe('a copy of an archive that grew while it was copied', () => {
  it.each<[string, readonly Kind[]]>([
    ['in the safe order', ['checkpoint', 'entries', 'leaves', 'payload', 'blobs', 'sources']],
    ['with payloads before what counts them', ['payload', 'checkpoint', 'entries', 'leaves', 'blobs', 'sources']],
    ['with blobs before what names them', ['blobs', 'checkpoint', 'entries', 'leaves', 'payload', 'sources']],
    ['with all content first', ['blobs', 'payload', 'checkpoint', 'leaves', 'entries', 'sources']],
  ])('%s, and without its index, is whole after an ingest', async (_, order) => {
    await copyInOrder(order, 12);
    const before = openArchive(copy, { mode: 'read' });
    const lost = before.verify().damage.length;
    before.close();
    expect(lost > 0).toBe(order[0] !== 'checkpoint');
    await ingestInto(copy);
    const found = await using(copy, (archive) => archive.verify().damage.filter(isDamage));
    expect(found).toEqual([]);
    expect(await turnsOf(copy)).toEqual(await turnsOf(live));
  });

  it('in the order of its names, its index last, is told again from kept sources, though the agent has nothing any more', async () => {
    createArchive(live, { origin: 'example.org/a', nowMs: 0 });
    await grow(8);
    mkdirSync(copy);
    for (const name of ['archive.json', 'blobs', 'conversations'])
      cpSync(join(live, name), join(copy, name), { recursive: true });
    writeFake(join(dir, 'sessions', 't.fake'), linesOf('t', 3));
    await grow(14);
    cpSync(join(live, 'private'), join(copy, 'private'), { recursive: true });
    rmSync(join(dir, 'sessions'), { recursive: true });
    mkdirSync(join(dir, 'sessions'));
    const lost = await using(copy, (archive) => archive.damage.filter(isDamage).map(({ message }) => message));
    expect(lost.join()).toMatch(/an earlier state of the log/);
    expect(lost.join()).toMatch(/its log is gone/);
    await ingestInto(copy);
    expect(await using(copy, (archive) => archive.verify().damage.filter(isDamage))).toEqual([]);
    expect(await turnsOf(copy)).toEqual(await turnsOf(live));
  });
});
