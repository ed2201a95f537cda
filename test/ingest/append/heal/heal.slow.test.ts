/** What an archive has lost comes back from the sources that it kept, byte for byte, or not at all. */
/** On a real disk, because the kept sources lie on one; the agent's own files are gone by then. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive } from '../../../../src/archive/archive.ts';
import type { HealOptions } from '../../../../src/ingest/append/heal/aside.ts';
import { heal, ingest, withholdSource } from '../../../../src/ingest/ingest.ts';
import type { SourceInput, SourceOutput } from '../../../../src/ingest/kit/importer.ts';
import type { ConversationId } from '../../../../src/model/ids.ts';
import { type FakeLine, fakeAgent, testOptions, writeFake } from '../../fake-agent.ts';

let dir: string;
let archiveDir: string;
let sourcesDir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-heal-'));
  archiveDir = join(dir, 'archive');
  sourcesDir = join(archiveDir, 'private', 'sources');
  createArchive(archiveDir, { origin: 'example.org/a', nowMs: 0 });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function using<T>(work: (archive: ArchiveWriter) => T): T {
  const archive = openArchive(archiveDir, { mode: 'write' });
  const result = work(archive);
  if (result instanceof Promise) return result.finally(() => archive.close()) as T;
  archive.close();
  return result;
}

/** A session that grew line by line, each growth read by a run of its own; then its file is gone. */
async function keep(lines: readonly FakeLine[], runs = lines.length): Promise<void> {
  const path = join(dir, 's.fake');
  for (let run = 1; run <= runs; run++) {
    writeFake(path, lines.slice(0, Math.ceil((lines.length * run) / runs)));
    await using((archive) => ingest(archive, testOptions([path], { sourcesDir }), [fakeAgent]));
  }
  rmSync(path);
}

function run(redact = testOptions([]).redact) {
  return using((archive) => heal(archive, { sourcesDir, redact }, [fakeAgent]));
}

function verify() {
  const archive = openArchive(archiveDir, { mode: 'read' });
  const { damage } = archive.verify();
  archive.close();
  return damage;
}

function idOf(): ConversationId {
  const [id] = readdirSync(join(archiveDir, 'conversations'));
  return id as ConversationId;
}

function tile(n = 0): string {
  return join(archiveDir, 'conversations', idOf(), 'tile', 'payload', String(n).padStart(3, '0'));
}

function said(): unknown {
  return using((archive) =>
    archive.listTurns(idOf()).map((turn) => ({ hash: turn.hash, payload: archive.readPayload(turn) })),
  );
}

const LONG = 'A payload of more than 64 KiB is a blob. '.repeat(2000);
const session: readonly FakeLine[] = [
  { session: 's', title: 'A title' },
  { key: 'a', parent: null, time: 1, say: 'hello' },
  { key: 'b', parent: 'a', time: 2, parts: ['hi'] },
  { key: 'c', parent: 'b', time: 3, say: LONG },
  { key: 'd', parent: 'c', time: 4, parts: ['hi again'] },
  { key: 'e', parent: 'd', time: 5, say: 'more' },
];

function blobs(): readonly string[] {
  const folder = join(archiveDir, 'blobs');
  return readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)));
}

describe('an archive that lost content', () => {
  it.each([
    ['is missing', (path: string) => rmSync(path)],
    ['is empty', (path: string) => truncateSync(path, 0)],
    ['is cut', (path: string) => truncateSync(path, 60)],
    ['is garbage', (path: string) => writeFileSync(path, 'garbage')],
  ])('has all of it again when a payload tile %s, metas of earlier runs too, and takes more', async (_, damage) => {
    await keep(session);
    const before = said();
    damage(tile());
    const report = await run();
    expect(report).toMatchObject({ blobs: 0, missing: 0, problems: [] });
    expect(report.payloads).toBeGreaterThan(5);
    expect(verify()).toEqual([]);
    expect(said()).toEqual(before);
    writeFake(join(dir, 's.fake'), [...session, { key: 'f', parent: 'e', time: 6, say: 'and more' }]);
    const grown = await using((archive) => ingest(archive, testOptions([dir], { sourcesDir }), [fakeAgent]));
    expect(grown.turns.new).toBe(1);
    expect(existsSync(join(archiveDir, 'private', 'healing'))).toBe(false);
  });

  it('has a blob again that is missing or was overwritten, once somebody knows of it', async () => {
    await keep(session);
    const [blob] = blobs();
    const bytes = readFileSync(String(blob));
    rmSync(String(blob));
    expect(await run()).toMatchObject({ payloads: 0, blobs: 1, missing: 0 });
    expect(verify()).toEqual([]);
    const flipped = Buffer.from(bytes);
    flipped[40] = (flipped[40] ?? 0) ^ 1;
    writeFileSync(String(blob), flipped);
    expect(await run()).toMatchObject({ blobs: 0 }); // nobody looked
    const damage = verify();
    expect(damage).toHaveLength(1);
    using((archive) => archive.noteLost(damage));
    expect(await run()).toMatchObject({ blobs: 1, missing: 0 });
    expect(verify()).toEqual([]);
  });

  it('keeps what was taken back away, and every other turn comes back', async () => {
    await keep(session);
    const turns = using((archive) => archive.listTurns(idOf()));
    const [, secret] = turns;
    if (secret === undefined) throw new Error('no turn');
    using((archive) => archive.withdraw(secret.hash, 1, 9));
    const before = said();
    rmSync(tile());
    expect(await run()).toMatchObject({ missing: 0 });
    expect(verify()).toEqual([]);
    expect(said()).toEqual(before);
  });

  it('takes a copy of a damaged blob with the turn when that one is taken back', async () => {
    await keep(session);
    const [blob] = blobs();
    truncateSync(String(blob), 50);
    using((archive) => archive.noteLost(archive.verify().damage));
    expect(await run()).toMatchObject({ blobs: 1, missing: 0 });
    const quarantine = join(archiveDir, 'private', 'quarantine');
    expect(readdirSync(quarantine).filter((name) => name.startsWith('blobs-'))).toHaveLength(1);
    using((archive) => {
      const long = archive.listTurns(idOf()).find(({ rawLength }) => rawLength > 65_536);
      if (long === undefined) throw new Error('no blob');
      archive.withdraw(long.hash, 1, 9);
    });
    expect(readdirSync(quarantine).filter((name) => name.startsWith('blobs-'))).toEqual([]);
    expect(await run()).toMatchObject({ payloads: 0, blobs: 0, missing: 0 });
    expect(verify()).toEqual([]);
  });

  it('says what did not come back: by other rules, of a source that was taken away, of one that is not kept', async () => {
    await keep(session);
    rmSync(tile());
    const others = { ...testOptions([]).redact, words: ['hello'] };
    const byOtherRules = await run(others);
    expect(byOtherRules.payloads).toBeGreaterThan(0);
    expect(byOtherRules.missing).toBeGreaterThan(0);
    expect(verify().length).toBeGreaterThan(0);
    expect(await run()).toMatchObject({ missing: 0 });
    expect(verify()).toEqual([]);
    rmSync(tile());
    withholdSource(sourcesDir, join(dir, 's.fake'));
    const without = await run();
    expect(without.payloads).toBe(0);
    expect(without.missing).toBeGreaterThan(0);
    expect(existsSync(tile())).toBe(false);
  });

  it('reads no source again that was tried in vain, until the damage, the source or the rules are others', async () => {
    let reads = 0;
    const read = (input: SourceInput): SourceOutput => {
      reads++;
      return fakeAgent.read(input);
    };
    const counting = { ...fakeAgent, read };
    const others = { ...testOptions([]).redact, words: ['hello'] };
    const tries = async (redact: HealOptions['redact'] = others): Promise<number> => {
      reads = 0;
      const report = await using((archive) => heal(archive, { sourcesDir, redact }, [counting]));
      expect(report.missing > 0).toBe(redact === others);
      return reads;
    };
    await keep(session);
    rmSync(tile());
    expect(await tries()).toBeGreaterThan(0); // and nearly all comes back
    expect(await tries()).toBe(0);
    expect(await tries()).toBe(0);
    rmSync(tile());
    expect(await tries()).toBeGreaterThan(0);
    expect(await tries()).toBe(0);
    const memory = join(archiveDir, 'private', 'cache', 'not-healed.json');
    expect(readFileSync(memory, 'utf8')).not.toContain('hello');
    writeFileSync(memory, 'garbage');
    expect(await tries()).toBeGreaterThan(0);
    expect(await tries()).toBe(0);
    expect(await tries(testOptions([]).redact)).toBeGreaterThan(0);
    expect(verify()).toEqual([]);
  });

  it('costs nothing where nothing is lost', async () => {
    await keep(session, 1);
    rmSync(sourcesDir, { recursive: true });
    writeFileSync(sourcesDir, 'no folder: reading it would throw');
    expect(await run()).toEqual({ payloads: 0, blobs: 0, sources: 0, missing: 0, problems: [] });
  });
});
