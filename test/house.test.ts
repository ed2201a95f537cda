/** The rules of the house: who may import whom and by which door, and what stands in one place only. */
/** The table of rooms stands in CONTRIBUTING.md. A rule that is not tested is a wish. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const here = import.meta.dirname;
const src = join(here, '..', 'src');

/** Room → rooms it may import. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  secrets: ['base', 'model'],
  archive: ['base', 'model'],
  ingest: ['base', 'model', 'secrets', 'archive'],
  cxdb: ['base', 'model'],
  feed: ['base', 'model'],
  replica: ['base', 'model', 'secrets', 'archive'],
  site: ['base', 'model', 'archive', 'feed', 'replica'],
  reader: ['base', 'model', 'feed', 'replica'],
  browser: ['base', 'model', 'archive', 'replica', 'site'],
  cli: ['base', 'model', 'secrets', 'archive', 'ingest', 'cxdb', 'feed', 'replica', 'site', 'reader'],
};

/** Folders of a room in their order: a file imports only from its own folder and from those before it. */
const folderOrder: Readonly<Record<string, readonly string[]>> = {
  secrets: ['judging', 'tokens', 'places', 'rules', 'values'],
  archive: ['format', 'files', 'index', 'scan', 'read', 'append', 'withdraw', 'verify', 'search'],
  ingest: ['kit', 'importers', 'read', 'append'],
  replica: ['fetch', 'log', 'publish', 'pull', 'check', 'repair'],
  reader: ['store', 'poll'],
  site: ['state', 'view', 'render', 'shell', 'feeds', 'search', 'conversation', 'compare', 'lists', 'reading', 'once'],
};

/** What other rooms may import of a room; base and model have no door, everybody stands on them. */
const doors: Readonly<Record<string, readonly string[]>> = {
  secrets: ['secrets/secrets.ts'],
  archive: ['archive/archive.ts', 'archive/format/format.ts'], // bytes in, records out: what a replica needs without an archive
  ingest: ['ingest/ingest.ts'],
  cxdb: ['cxdb/cxdb.ts'],
  feed: ['feed/feed.ts', 'feed/generate.ts', 'feed/opml.ts', 'feed/formats.ts'], // the writers without the readers, names and media types without either
  // what others publish and what was published, without the gate that lets it; and without disk or archive
  replica: [
    'replica/replica.ts',
    'replica/pull/pulling.ts',
    'replica/pull/looking.ts',
    'replica/log/log.ts',
    'replica/check/checking.ts',
  ],
  site: ['site/site.ts', 'site/fixed-urls.ts', 'site/compare/comparing.ts'], // what the scripts of the pages need: addresses, and turns as they look
  reader: ['reader/reader.ts'],
};

/** Where addresses of the site are spelt. */
const urlFiles: readonly string[] = ['site/urls.ts', 'site/fixed-urls.ts'];
/** A text that is an address of the site, but for patterns with a star, which hosts match against. */
const SITE_URL =
  /['"`(](?:\$\{[^}]*\})?\/(?:(?:c|t|page|projects|agents|tags|files|search|docs|about|pagefind|assets|stats|reader)\/|(?:rss\.xml|atom\.xml|feed\.json|feeds\.opml|sitemap|robots\.txt|404\.html|manifest\.webmanifest|sw\.js|_headers))(?![^'"`]*\*)/;

/** Where SQL stands: the folder or file that owns the schema. */
const sqlOwners: readonly string[] = [
  'base/sqlite.ts', // transactions
  'archive/index/',
  'archive/search/',
  'archive/verify/', // databases of their own, each in one file
  'replica/log/log-index.ts',
  'replica/publish/passed.ts',
  'site/state/',
  'reader/store/',
];
/** Asks of other people's schemas that are left. Only ever shorter. */
const sqlDebts: readonly string[] = [
  'archive/scan/open-index.ts',
  'site/build.ts',
  'site/conversation/conversation-feed.ts',
  'site/conversation/conversation.ts',
  'site/lists/list-feeds.ts',
  'site/once/resolver.ts',
  'site/search/search-unit.ts',
];
const SQL =
  /['"`\n]\s*(?:SELECT |INSERT (?:OR|INTO) |UPDATE \w+ SET|DELETE FROM|CREATE (?:TABLE|INDEX|VIRTUAL)|PRAGMA |DROP TABLE|ALTER TABLE|WITH \w+ AS)|\bLIKE '/;

interface Import {
  readonly file: string;
  readonly target: string;
  readonly outside: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const imports = files.flatMap(importsOf);

describe('the house', () => {
  it('has only the rooms of the plan', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in mayImport))).toEqual([]);
  });

  it('lets a room import only rooms below it', () => {
    const wrong = imports.filter((i) => {
      const [from, to] = [roomOf(i.file), roomOf(i.target)];
      return !i.outside && from !== to && !mayImport[from]?.includes(to);
    });
    expect(wrong.map((i) => `${i.file} -> ${i.target}`)).toEqual([]);
  });

  it('lets a room be entered by its door only', () => {
    const wrong = imports.filter((i) => {
      const [from, to] = [roomOf(i.file), roomOf(i.target)];
      return !i.outside && from !== to && doors[to]?.includes(i.target) === false;
    });
    expect(wrong.map((i) => `${i.file} -> ${i.target}`)).toEqual([]);
  });

  it('has the folders of the plan, and imports inside a room only towards the first', () => {
    for (const [room, order] of Object.entries(folderOrder)) {
      const folders = new Set(
        files.filter((f) => roomOf(f) === room).flatMap((f) => f.split('/').slice(1, -1).slice(0, 1)),
      );
      expect([...folders].sort()).toEqual([...order].sort());
      const wrong = imports.filter(
        (i) =>
          isIn(room, i.file) &&
          folderOf(i.file) !== undefined &&
          isIn(room, i.target) &&
          rankOf(i.target, order) > rankOf(i.file, order),
      );
      expect(wrong.map((i) => `${i.file} -> ${i.target}`)).toEqual([]);
    }
  });

  it('has no folder above twenty files', () => {
    const sizes = Map.groupBy(files, (file) => dirname(file));
    expect([...sizes].filter(([, own]) => own.length > 20).map(([folder, own]) => `${folder}: ${own.length}`)).toEqual(
      [],
    );
  });

  it('makes addresses of the site in one file', () => {
    const wrong = files.filter(
      (file) => !urlFiles.includes(file) && !isIn('browser', file) && SITE_URL.test(codeOf(file)),
    );
    expect(wrong).toEqual([]);
  });

  it('writes SQL where the schema is', () => {
    const asking = files.filter((file) => SQL.test(codeOf(file)) && !sqlOwners.some((owner) => file.startsWith(owner)));
    expect(asking.filter((file) => !sqlDebts.includes(file))).toEqual([]);
  });

  it('has its errors in one file of each room', () => {
    const wrong = files.filter(
      (file) => /extends TurnpressError\b/.test(codeOf(file)) && !/^\w+\/errors\.ts$/.test(file),
    );
    expect(wrong).toEqual([]);
  });

  it('has tests in the folders of what they test', () => {
    const tests = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
    const folders = new Set(files.map((file) => dirname(file)));
    const wrong = tests.filter((name) => ![...folders, 'whole', '.'].includes(dirname(name)));
    expect(wrong).toEqual([]);
  });

  it('keeps importers away from the archive', () => {
    const wrong = imports.filter((i) => i.file.startsWith('ingest/importers/') && i.target.startsWith('archive/'));
    expect(wrong).toEqual([]);
  });

  it('imports each outside library in one file', () => {
    const users = Map.groupBy(
      // what a browser has in the place of Node's half stands in a file beside
      imports.filter((i) => i.outside && !i.target.startsWith('node:') && !i.file.startsWith('browser/instead/')),
      (i) => packageOf(i.target),
    );
    const shared = [...users].filter(([, by]) => new Set(by.map((i) => i.file)).size > 1);
    expect(shared.map(([name, by]) => `${name}: ${by.map((i) => i.file).join(', ')}`)).toEqual([]);
  });

  it('names every outside library in docs/dependencies.md', () => {
    const page = readFileSync(join(src, '..', 'docs', 'dependencies.md'), 'utf8');
    const manifest = JSON.parse(readFileSync(join(src, '..', 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const names = [...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.devDependencies ?? {})];
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('has no circle of imports', () => {
    const edges = new Map(
      files.map((file) => [file, imports.filter((i) => i.file === file && !i.outside).map((i) => i.target)]),
    );
    const done = new Set<string>();
    const circle = files.map((file) => findCircle(file, [], edges, done)).find((found) => found !== undefined);
    expect(circle).toBeUndefined();
  });

  it('has no barrels and no default exports', () => {
    const wrong = files.filter(
      (file) => /(^|\/)index\.ts$/.test(file) || /^export default /m.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });

  it('opens every file with what it is and why it exists', () => {
    const wrong = files.filter(
      (file) => !/^\/\*\* .+\*\/\n\/\*\* .+\*\/\n/.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });

  it('prints, reads the environment and exits only in cli', () => {
    const wrong = files.filter(
      (file) =>
        roomOf(file) !== 'cli' &&
        roomOf(file) !== 'browser' &&
        /console\.|process\.(env|exit|stdout|stderr|argv)\b/.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });
});

function importsOf(file: string): Import[] {
  const code = readFileSync(join(src, file), 'utf8');
  const found = code.matchAll(
    /(?:^|[\s;])(?:import|export)\s[^;]*?\sfrom\s+'([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm,
  );
  return [...found].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    const inside = name.startsWith('.');
    return { file, target: inside ? relative(src, normalize(join(src, dirname(file), name))) : name, outside: !inside };
  });
}

/** The code without whole lines of comment. */
function codeOf(file: string): string {
  return readFileSync(join(src, file), 'utf8').replace(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, '');
}

function isIn(room: string, file: string): boolean {
  return roomOf(file) === room;
}

/** The folder of a room that a file stands in; undefined for one that stands in the room itself. */
function folderOf(file: string): string | undefined {
  const parts = file.split('/');
  return parts.length > 2 ? parts[1] : undefined;
}

/** Place in the order; a file of the room itself stands where the last folder does that it needs, before all when it needs none. */
function rankOf(file: string, order: readonly string[], seen: ReadonlySet<string> = new Set()): number {
  const folder = folderOf(file);
  if (folder !== undefined) return order.indexOf(folder);
  if (seen.has(file)) return -1;
  const own = imports.filter((i) => i.file === file && isIn(roomOf(file), i.target));
  return Math.max(-1, ...own.map((i) => rankOf(i.target, order, new Set([...seen, file]))));
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function packageOf(name: string): string {
  const parts = name.split('/');
  return name.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

function findCircle(
  file: string,
  path: string[],
  edges: Map<string, string[]>,
  done: Set<string>,
): string[] | undefined {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (done.has(file)) return undefined;
  for (const next of edges.get(file) ?? []) {
    const circle = findCircle(next, [...path, file], edges, done);
    if (circle !== undefined) return circle;
  }
  done.add(file);
  return undefined;
}
