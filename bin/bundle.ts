/** Makes dist/ of src/: one file for each thing that is started or loaded by itself, with what libraries it needs. */
/** A command then loads a dozen files in the place of hundreds, which is most of what a short one costs. */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type OutputChunk, rolldown } from 'rolldown';
import { RULE_SET, ruleSetVersion } from '../src/secrets/rule-set.ts';
import { readTemplates } from '../src/site/shell/inputs.ts';
import { COMPILED, compileTemplates } from '../src/site/shell/plain-shells.ts';
import { CARRIED_SOURCES, noteSources } from '../src/site/shell/scripts/script-sources.ts';
import { makeScripts, NAMED_SCRIPTS, type NamedScripts, readServiceWorker } from '../src/site/shell/scripts/scripts.ts';

/** The program and its threads. A thread is started by the name of its file, so this is the name in the bundle, too. */
const ENTRIES: readonly string[] = [
  'cli/main',
  'ingest/read/worker',
  'feed/parse/parse-thread',
  'site/render/render-worker',
  'site/render/paint/paint-thread',
  'site/shell/shell-thread',
];

/** Packages that read files of their own, by where they stand. */
const APART: readonly (string | RegExp)[] = [/^@11ty\//, /^@resvg\//, /^blake3-wasm\//, 'pagefind'];

/** Milliseconds. Times of files may be as coarse as this, so two changes within it could look like one. */
const COARSE = 2000;

/** Makes `dist/` below `root` whole or not at all, with a note of what it was made from in `noted`. Throws when a source changes meanwhile. */
export async function makeBundle(root: string, noted: string): Promise<void> {
  const sources = listFiles(join(root, 'src'));
  await setTimeout(Math.max(0, Math.min(COARSE, newest(sources) + COARSE - Date.now())));
  const began = Date.now();
  removeLeftOvers(root);
  const folder = join(root, `.dist-${process.pid}`);
  mkdirSync(folder);
  try {
    const chunks = await writeChunks(root, folder);
    const packages = packagesOf(chunks.flatMap((chunk) => chunk.moduleIds));
    writeNotes(root, folder);
    writeFileSync(join(folder, 'licences.txt'), licencesOf(packages));
    const own = [...sources, join(root, 'package.json'), join(root, 'bin', 'bundle.ts')];
    if (newest(own) >= began) throw new Error('a source was changed while it was made');
    writeJson(join(folder, noted), noteFiles(root, own, packages));
    putInPlace(root, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeChunks(root: string, folder: string): Promise<readonly OutputChunk[]> {
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(ENTRIES.map((path) => [path.replace(/.*\//, ''), `src/${path}.ts`])),
    platform: 'node',
    external: [...APART],
    logLevel: 'warn',
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    // all in one folder: a file that starts a thread looks for it beside itself
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // errors are known by the name of their class
    keepNames: true,
    sourcemap: true,
    sourcemapExcludeSources: true,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await bundle.close();
  return output.filter((file) => file.type === 'chunk');
}

/** What the sources say of themselves, for when they are not there. */
function writeNotes(root: string, folder: string): void {
  const sources = noteSources();
  const names = (checks: boolean): NamedScripts['plain'] =>
    Object.fromEntries(
      [...makeScripts(new Map(), checks, sources)].map(([name, { url, modules, joined }]) => [
        name,
        { url, modules, joined },
      ]),
    );
  writeJson(join(folder, NAMED_SCRIPTS), { plain: names(false), checked: names(true) } satisfies NamedScripts);
  readServiceWorker(sources);
  writeJson(join(folder, CARRIED_SOURCES), sources.asked);
  writeJson(join(folder, RULE_SET), ruleSetVersion());
  writeJson(join(folder, COMPILED), compileTemplates(readTemplates([join(root, 'templates')])));
}

/** Name, version and licence of each package that is in the bundle, as most licences ask. */
function licencesOf(packages: readonly string[]): string {
  const texts = packages.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
      string,
      string
    >;
    const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
    const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `Parts of these packages are in the files beside.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}

/** Folders of packages, sorted. */
function packagesOf(modules: readonly string[]): readonly string[] {
  const others = modules.filter((id) => isAbsolute(id) && id.includes(`${sep}node_modules${sep}`));
  return [...new Set(others.map(packageOf))].sort();
}

/** What a package has taken in of others, without their package.json, is its own. */
function packageOf(module: string): string {
  for (let folder = module; ; ) {
    folder = /^(.*node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+)/.exec(folder)?.[1] ?? folder;
    if (existsSync(join(folder, 'package.json'))) return folder;
    folder = dirname(dirname(folder));
  }
}

/** Path, size and times of our files. Of a package its package.json, which each other version of it brings; its inode changes where installers link. */
function noteFiles(root: string, own: readonly string[], packages: readonly string[]): readonly unknown[] {
  const note = (file: string, isOwn: boolean): unknown => {
    const { size, mtimeMs, ctimeMs } = statSync(file);
    return [relative(root, file), size, mtimeMs, isOwn ? ctimeMs : null];
  };
  const manifests = packages.map((folder) => join(folder, 'package.json'));
  return [...own.map((file) => note(file, true)), ...manifests.map((file) => note(file, false))];
}

/** Milliseconds since 1970 of the last change of any of them. */
function newest(files: readonly string[]): number {
  return Math.max(...files.map((file) => statSync(file)).flatMap(({ mtimeMs, ctimeMs }) => [mtimeMs, ctimeMs]));
}

/** Renamed, so that nobody finds half of it; where somebody else was quicker, his is as good. */
function putInPlace(root: string, folder: string): void {
  const place = join(root, 'dist');
  const old = join(root, `.dist-${process.pid}-old`);
  try {
    renameSync(place, old);
  } catch {
    // there is none
  }
  try {
    renameSync(folder, place);
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

/** Of runs that were stopped. */
function removeLeftOvers(root: string): void {
  for (const name of readdirSync(root).filter((file) => /^\.dist-\d+/.test(file)))
    if (Date.now() - statSync(join(root, name)).mtimeMs > 3_600_000)
      rmSync(join(root, name), { recursive: true, force: true });
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
}
