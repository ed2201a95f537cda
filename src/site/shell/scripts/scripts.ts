/** The pages' scripts as files to serve: the modules of src/browser, with what they import, types taken out. */
/** No bundler: each module stays a file, its name holds a hash, and imports name it by that; but what a page shows nothing without is one file. */

import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { encodeUtf8 } from '../../../base/bytes.ts';
import { PROGRAM_FOLDER, readBundled } from '../../../base/program/program-folder.ts';
import { contentHash } from '../../state/keys.ts';
import { assetUrl } from '../../urls.ts';
import { listLinked, listScripts } from '../page-kinds.ts';
import { type LinkedModule, linkModules } from './link-modules.ts';
import { openScriptSources, type ScriptSources } from './script-sources.ts';

export interface Asset {
  readonly url: string;
  readonly content: Uint8Array;
  /** Addresses of the modules that a script imports, and of those that they import. */
  readonly modules?: readonly string[];
  /** Names of the modules that are joined in it. */
  readonly joined?: readonly string[];
}

const SOURCES = join(PROGRAM_FOLDER, 'src');
const FOLDER = join(SOURCES, 'browser');
const FROM = /^((?:import|export) (?:(?!type\b)[^;]*?\bfrom )?['"])([^'"]+)(['"];)/gm;
/** A module that is loaded when it is needed. */
const LATER = /(?<=\bimport\(')(\.[^']+)(?='\))/g;
const FILE = /(?<=new URL\(')([a-z][^']*\.wasm)(?=', import\.meta\.url\))/g;

/** What a page has in the place of Node's own modules, in browser/instead. */
const INSTEAD: ReadonlySet<string> = new Set(['node:buffer', 'node:crypto', 'node:module', 'node:util', 'node:zlib']);
/** The file of a package that a browser takes, where that is another one than Node's. */
const FOR_BROWSERS: ReadonlyMap<string, string> = new Map([
  ['blake3-wasm/dist/wasm/nodejs/blake3_js.js', 'blake3-wasm/dist/wasm/web/blake3_js.js'],
  ['diff', 'diff/lib/patch/create.js'],
  ['markdown-it', 'markdown-it/browser'],
]);

/**
 * Scripts and modules by the name they are served under (`page.js`). `own`: a user's files, which replace ours of the same name.
 * `checks`: also what a page checks itself with.
 */
export function readScripts(own: ReadonlyMap<string, Asset>, checks: boolean): ReadonlyMap<string, Asset> {
  const named = Object.entries(readBundled<NamedScripts>(NAMED_SCRIPTS)?.[checks ? 'checked' : 'plain'] ?? {});
  const isReplaced = named.some(([name, { joined = [] }]) => [name, ...joined].some((each) => own.has(each)));
  if (named.length === 0 || isReplaced) return makeScripts(own, checks);
  let made: ReadonlyMap<string, Asset> | undefined;
  const contentOf = (name: string): Uint8Array => {
    made ??= makeScripts(own, checks);
    return made.get(name)?.content ?? new Uint8Array();
  };
  const assets = named.map(([name, { url, modules, joined }]): [string, Asset] => [
    name,
    {
      url,
      ...(modules && { modules }),
      ...(joined && { joined }),
      get content() {
        return contentOf(name);
      },
    },
  ]);
  return new Map(assets);
}

/** What a bundle knows of the scripts that no user's file replaces: most builds ask for no more than their names. */
export type NamedScripts = Readonly<Record<'plain' | 'checked', Readonly<Record<string, NamedScript>>>>;
interface NamedScript {
  readonly url: string;
  readonly modules: readonly string[] | undefined;
  readonly joined: readonly string[] | undefined;
}
export const NAMED_SCRIPTS = 'scripts.json';

/** The same, from the sources. */
export function makeScripts(
  own: ReadonlyMap<string, Asset>,
  checks: boolean,
  sources: ScriptSources = openScriptSources(),
): ReadonlyMap<string, Asset> {
  const entries = new Set([...listScripts(checks)].map(fileOf));
  const linked = new Map([...listScripts(checks)].map((name) => [fileOf(name), listLinked(name).map(fileOf)] as const));
  const scripts = new Map<string, Asset>();
  /** By name, the files beside a module that it needs, and those that they need. */
  const needs = new Map<string, ReadonlySet<string>>();
  const add = (file: string): Asset => {
    const name = nameOf(file);
    const known = own.get(name) ?? scripts.get(name);
    if (known !== undefined) return known;
    const asset = file.endsWith('.wasm') ? readAsset(name, file) : (findLinked(name, file) ?? readScript(name, file));
    scripts.set(name, asset);
    return asset;
  };
  const readAsset = (name: string, file: string): Asset => {
    const content = readFileSync(file);
    return { url: assetUrl(name, contentHash(content)), content };
  };
  const readScript = (name: string, file: string): Asset => {
    // All are served from one folder: an import is the name of a file beside.
    const below = new Set<string>();
    const beside = (target: string): string => {
      const found = findTarget(target, file, sources);
      const address = `./${basename(add(found).url)}`;
      for (const each of [address, ...(needs.get(nameOf(found)) ?? [])]) below.add(each);
      return address;
    };
    const code = sources
      .read(file)
      .replace(FROM, (_, before: string, target: string, after: string) => before + beside(target) + after)
      .replace(LATER, beside)
      .replace(FILE, beside);
    needs.set(name, below);
    const whole = entries.has(file) && below.size > MANY ? code + importAll(below) : code;
    const url = assetUrl(name, contentHash(whole));
    return {
      url,
      modules: [...below]
        .filter((address) => address.endsWith('.js'))
        .map((address) => url.replace(/[^/]*$/, basename(address)))
        .sort(),
      // Types are taken out when it is written: most builds only ask for the name.
      get content() {
        return contentOf(url, whole, file);
      },
    };
  };
  /** Nothing for a module that stays a file, as all do of which a user has one of his own. */
  const findLinked = (name: string, file: string): Asset | undefined => {
    const modules = listModules(linked.get(file) ?? [], sources);
    const joined = modules.map((module) => nameOf(module.file));
    if (joined.length === 0 || joined.some((each) => own.has(each))) return undefined;
    const code = linkModules(modules);
    const url = assetUrl(name, contentHash(code));
    return {
      url,
      modules: [],
      joined,
      get content() {
        return contentOf(url, code, file);
      },
    };
  };
  for (const file of entries) add(file);
  return scripts;
}

/** The modules and what they import, each behind what it needs itself. */
function listModules(files: readonly string[], sources: ScriptSources): readonly LinkedModule[] {
  const listed = new Map<string, LinkedModule>();
  const add = (file: string): void => {
    if (listed.has(file)) return;
    const source = sources.read(file);
    for (const [, , target = ''] of source.matchAll(FROM)) add(findTarget(target, file, sources));
    listed.set(file, { file, source, findTarget: (target) => findTarget(target, file, sources) });
  };
  files.forEach(add);
  return [...listed.values()];
}

/** Modules that would come layer by layer. */
const MANY = 20;

/** A browser knows what a module needs when it has it: named by the first one, all of them are asked for at once. */
function importAll(addresses: ReadonlySet<string>): string {
  const modules = [...addresses].filter((address) => address.endsWith('.js')).sort();
  return modules.map((address) => `import '${address}';\n`).join('');
}

/** By address, which names the source: the sites of copies, which one build makes beside its own, have the same scripts. */
const made = new Map<string, Uint8Array>();

function contentOf(url: string, source: string, file: string): Uint8Array {
  const content = made.get(url) ?? encodeUtf8(plainCode(source, file));
  made.set(url, content);
  return content;
}

/** The service worker, which browsers take as a plain script and not as a module. `key` names it without making it. */
export function readServiceWorker(sources: ScriptSources = openScriptSources()): {
  readonly key: string;
  readonly content: string;
} {
  const file = join(FOLDER, 'sw.ts');
  const source = sources.read(file);
  return {
    key: contentHash(source),
    get content() {
      return plainCode(source.replace(/^export \{\};\n?/m, ''), file);
    },
  };
}

/** The file that an import of `file` means. */
function findTarget(target: string, file: string, sources: ScriptSources): string {
  if (target.startsWith('.')) return join(dirname(file), target);
  if (INSTEAD.has(target)) return join(FOLDER, 'instead', `${target.replace(':', '-')}.ts`);
  if (target.startsWith('node:')) throw new Error(`${file} needs ${target}, which no page has`);
  return sources.find(FOR_BROWSERS.get(target) ?? target);
}

function fileOf(module: string): string {
  return join(FOLDER, `${module}.ts`);
}

/** `page.js`; of a module of another room `base-bytes.js`, of a package `fzstd-esm-index.js`: each name is one file. */
function nameOf(file: string): string {
  const inside = file.startsWith(FOLDER) ? relative(FOLDER, file) : relative(SOURCES, file);
  const stem = (isOurs(file) ? inside : file.replace(/.*node_modules[/\\]/, ''))
    .replace(/\.(?:[cm]?js|ts)$/, '')
    .replace(/[^a-z0-9.]+/gi, '-');
  return `${stem.replace(/^-/, '').toLowerCase()}${file.endsWith('.wasm') ? '' : '.js'}`;
}

/** The program may itself lie in a `node_modules`. */
function isOurs(file: string): boolean {
  return file.startsWith(SOURCES + sep);
}

/** JavaScript, without the blanks that types leave behind at line ends and in empty lines. */
function plainCode(source: string, file: string): string {
  if (!isOurs(file)) return source.replace(/^\/\/# sourceMappingURL=.*$/m, '');
  const stripped = stripTypeScriptTypes(source);
  // Comments that have lines of their own are for who reads the source.
  const code = stripped.replace(/^[ \t]*(?:\/\/.*|\/\*\*.*\*\/)$/gm, '');
  return code.replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n');
}
