/** The rules of the house: which room may import which, one importer for each outside library, no circles. */
/** The table of rooms stands in CONTRIBUTING.md. A rule that is not tested is a wish. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '..', 'src');

/** Room → rooms it may import. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  archive: ['base', 'model'],
  ingest: ['base', 'model', 'archive'],
  cxdb: ['base', 'model'],
  feed: ['base', 'model'],
  replica: ['base', 'model', 'archive'],
  site: ['base', 'model', 'archive', 'feed', 'replica'],
  reader: ['base', 'model', 'feed', 'replica'],
  cli: ['base', 'model', 'archive', 'ingest', 'cxdb', 'feed', 'replica', 'site', 'reader'],
};

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

  it('keeps importers away from the archive', () => {
    const wrong = imports.filter((i) => i.file.startsWith('ingest/importers/') && i.target.startsWith('archive/'));
    expect(wrong).toEqual([]);
  });

  it('imports each outside library in one file', () => {
    const users = Map.groupBy(
      imports.filter((i) => i.outside && !i.target.startsWith('node:')),
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
