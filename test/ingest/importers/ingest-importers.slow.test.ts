import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, createMemoryArchive, openArchive } from '../../../src/archive/archive.ts';
import { blake3Hex } from '../../../src/base/blake3.ts';
import { canonicalJson } from '../../../src/base/json.ts';
import { IMPORTERS } from '../../../src/ingest/importers/importers.ts';
import {
  type IngestOptions,
  type IngestReport,
  ingest,
  listKeptSources,
  restoreSource,
} from '../../../src/ingest/ingest.ts';
import { permutations, testOptions, viewOf } from '../fake-agent.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures');
const samples = process.env.TURNPRESS_SAMPLES;

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-importers-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function memory(): ArchiveWriter {
  return createMemoryArchive({ origin: 'example.org/test' });
}

function run(archive: ArchiveWriter, path: string, more: Partial<IngestOptions> = {}): Promise<IngestReport> {
  return ingest(archive, testOptions([path], more));
}

/** Files below a folder that an importer knows by their content, sorted. */
function sessionsBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && IMPORTERS.some((importer) => importer.matchesPath(path)))
    .filter((path) => IMPORTERS.some((importer) => importer.detect(readFileSync(path, 'utf8').slice(0, 65_536))))
    .sort();
}

/** What one machine holds: each folder of the fixtures is one, and so are the files beside them. Ids are unique in each. */
function worldsOf(folder: string): readonly (readonly string[])[] {
  const worlds = Map.groupBy(sessionsBelow(folder), (path) => relative(folder, path).split(sep).slice(0, -1)[0] ?? '');
  return [...worlds.values()];
}

/** Whether a session names another that has to be read before it. */
function isFork(path: string): boolean {
  const head = readFileSync(path, 'utf8').slice(0, 65_536);
  return IMPORTERS.some((importer) => importer.detect(head) && importer.peek?.(head).after !== undefined);
}

/** Name and hash of every file that an archive publishes. */
function publishedBytes(archive: string): Readonly<Record<string, string>> {
  const names = readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith('private'),
  );
  const files = names.filter((name) => statSync(join(archive, name)).isFile()).sort();
  return Object.fromEntries(files.map((name) => [name, blake3Hex(readFileSync(join(archive, name)))]));
}

/** Up to `most` byte prefixes that end at line ends, spread over the file, the whole last. */
function snapshotsOf(path: string, most: number): readonly Buffer[] {
  const bytes = readFileSync(path);
  const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 10 ? [at + 1] : []));
  const step = Math.max(1, Math.floor(ends.length / most));
  const cuts = ends.filter((_, i) => i % step === step - 1).slice(0, most - 1);
  return [...cuts.map((end) => bytes.subarray(0, end)), bytes];
}

async function expectSnapshotsToAgree(
  path: string,
  orders: (n: number) => readonly (readonly number[])[],
  most: number,
) {
  const alone = memory();
  const shots = snapshotsOf(path, most);
  const files = shots.map((bytes, i) => {
    const file = join(dir, `snapshot-${i}`, 'p', basename(path));
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, bytes);
    return file;
  });
  await run(alone, files.at(-1) ?? '');
  const expected = canonicalJson(viewOf(alone));
  for (const order of orders(files.length)) {
    const mixed = memory();
    for (const i of order) await run(mixed, files[i] ?? '');
    expect(canonicalJson(viewOf(mixed)), `${path} in the order ${order.join(' ')}`).toBe(expected);
  }
  // The same file, growing in its place.
  const growing = memory();
  const last = files.at(-1) ?? '';
  for (const bytes of shots) {
    writeFileSync(last, bytes);
    await run(growing, last);
  }
  expect(canonicalJson(viewOf(growing)), `${path} growing`).toBe(expected);
}

function upAndDown(n: number): readonly (readonly number[])[] {
  const up = Array.from({ length: n }, (_, i) => i);
  return [up, up.toReversed(), [...up.filter((i) => i % 2 === 1), ...up.filter((i) => i % 2 === 0)]];
}

describe.each(IMPORTERS.map((importer) => [importer.id, importer] as const))(
  '%s through the pipeline',
  (id, importer) => {
    const folder = join(fixtures, id);

    it('has fixtures that it knows by their content', () => {
      expect(existsSync(folder), `test/fixtures/${id}`).toBe(true);
      const known = sessionsBelow(folder).filter((path) =>
        importer.detect(readFileSync(path, 'utf8').slice(0, 65_536)),
      );
      expect(known.length).toBeGreaterThan(0);
    });

    it('keeps ids in its keys and no other importer claims its fixtures', () => {
      for (const path of sessionsBelow(folder)) {
        const head = readFileSync(path, 'utf8').slice(0, 65_536);
        expect(
          IMPORTERS.filter((each) => each.detect(head)).map((each) => each.id),
          path,
        ).toEqual([id]);
      }
    });

    it('changes no byte when the same folder is ingested again', async () => {
      const archive = join(dir, 'archive');
      const sources = join(dir, 'sources');
      cpSync(folder, sources, { recursive: true });
      createArchive(archive, { origin: 'example.org/test', nowMs: 0 });
      const reports: IngestReport[] = [];
      const bytes: unknown[] = [];
      for (const settle of [false, false]) {
        const open = openArchive(archive, { mode: 'write' });
        reports.push(await run(open, sources, { settle, sourcesDir: join(archive, 'private/sources') }));
        open.close();
        bytes.push(publishedBytes(archive));
      }
      expect(bytes[1]).toEqual(bytes[0]);
      expect(reports[0]?.turns.new).toBeGreaterThan(0);
      expect(reports[1]).toMatchObject({ bytesRead: 0, changed: [], turns: { new: 0, known: 0 } });
      expect(reports[1]?.sources.unchanged).toBe(reports[0]?.sources.new);
      // A lost ledger costs a full read, never a byte.
      rmSync(join(archive, 'private'), { recursive: true });
      const open = openArchive(archive, { mode: 'write' });
      const again = await run(open, sources);
      open.close();
      expect([again.turns.new, publishedBytes(archive)]).toEqual([0, bytes[0]]);
    });

    it('gives back the bytes of the agent', async () => {
      const kept = join(dir, 'kept');
      await run(memory(), folder, { sourcesDir: kept });
      const sources = listKeptSources(kept);
      expect(sources.length).toBeGreaterThan(0);
      for (const { path } of sources) expect(restoreSource(kept, path), path).toEqual(readFileSync(path));
    });

    it('ends the same in threads as without', async () => {
      const [one, two] = [memory(), memory()];
      const reports = [await run(one, folder), await run(two, folder, { workers: 2 })];
      expect(reports[1]).toEqual(reports[0]);
      expect(viewOf(two)).toEqual(viewOf(one));
    });

    it('ends the same for growing snapshots of each fixture, in any order', async () => {
      for (const [at, path] of sessionsBelow(folder).entries()) {
        // each file in a sixth of all orders, the next file in another sixth
        const some = (n: number) =>
          permutations(Array.from({ length: n }, (_, i) => i)).filter((_, i) => i % 6 === at % 6);
        await expectSnapshotsToAgree(path, some, 4);
      }
    });

    it('ends the same whichever of its fixtures comes first', async () => {
      for (const paths of worldsOf(folder)) {
        const views = new Set<string>();
        for (const order of [paths, paths.toReversed()]) {
          const archive = memory();
          // a fork is read after its origin: read first it keeps the times that it was forked with
          for (const path of order.toSorted((x, y) => Number(isFork(x)) - Number(isFork(y)))) await run(archive, path);
          views.add(canonicalJson(viewOf(archive)));
        }
        expect(views.size, paths.join(', ')).toBe(1);
      }
    });
  },
);

const folders = IMPORTERS.map((importer) => importer.id).filter(
  (id) => samples !== undefined && existsSync(join(samples, id)),
);

describe.skipIf(folders.length === 0)('samples (set TURNPRESS_SAMPLES to run)', () => {
  it.each(folders)('%s ingest without a crash, and again without a change', async (id) => {
    const archive = memory();
    const folder = join(samples ?? '', id);
    const first = await run(archive, folder);
    expect(first.turns.new).toBeGreaterThan(0);
    for (const problem of first.problems) expect(problem.file, JSON.stringify(problem)).toBeDefined();
    const before = canonicalJson(viewOf(archive));
    expect(await run(archive, folder)).toMatchObject({ changed: [], bytesRead: 0 });
    expect(canonicalJson(viewOf(archive))).toBe(before);
  });

  it.each(folders)('%s end the same for growing snapshots, in any order', async (id) => {
    for (const path of sessionsBelow(join(samples ?? '', id))) await expectSnapshotsToAgree(path, upAndDown, 4);
  });

  it.each(folders)('%s end the same whatever their order', async (id) => {
    const folder = join(samples ?? '', id);
    const paths = sessionsBelow(folder);
    const together = memory();
    await run(together, folder);
    const expected = canonicalJson(viewOf(together));
    for (const order of [paths, paths.toReversed()]) {
      const archive = memory();
      for (const path of order) await run(archive, path);
      expect(canonicalJson(viewOf(archive))).toBe(expected);
    }
  });
});
