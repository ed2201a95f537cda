/** The files that shape every page: templates, assets, authored pages, documentation. */
/** Read whole at each build (they are small), so that a change in any of them is seen without dates. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { errorCode } from '../../base/disk.ts';
import { contentHash, keyOf } from '../state/keys.ts';
import { assetUrl } from '../urls.ts';
import { type Asset, readScripts } from './scripts/scripts.ts';
import { ICON, themeOf } from './theme.ts';

export interface SiteInputs {
  /** `list.njk` → source. The user's own stand in front of ours. */
  readonly templates: ReadonlyMap<string, string>;
  /** None of them is the user's. */
  readonly templatesAreOurs: boolean;
  /** File name → content and the address that pages use; the pages' scripts among them. */
  readonly assets: ReadonlyMap<string, Asset>;
  /** `about` → Markdown, from `content/pages`. */
  readonly pages: ReadonlyMap<string, string>;
  /** `<digits>` or any name → Markdown with a head, from `content/notes`. */
  readonly notes: ReadonlyMap<string, string>;
  /** `archive-format` → Markdown, from `docs`. */
  readonly docs: ReadonlyMap<string, string>;
  /** Hash of templates and asset addresses: part of every page's key. */
  readonly shellKey: string;
  /** Hash of all of it. */
  readonly key: string;
}

export interface InputFolders {
  readonly templatesDir: string;
  readonly userTemplatesDir?: string;
  readonly contentDir: string;
  /** Undefined: the site has no documentation. */
  readonly docsDir?: string;
  /** `#rrggbb`, or empty: see theme.ts. */
  readonly color: string;
  /** Pages can check themselves against a replica. */
  readonly checks: boolean;
}

export function readInputs(folders: InputFolders): SiteInputs {
  const layers = folders.userTemplatesDir === undefined ? [] : [folders.userTemplatesDir];
  const templateLayers = [folders.templatesDir, ...layers];
  const templates = readTemplates(templateLayers);
  const files = new Map<string, Asset>();
  for (const layer of templateLayers) {
    const folder = join(layer, 'assets');
    for (const name of listFiles(folder).filter((file) => ASSET.test(file))) {
      addAsset(files, name, readFileSync(join(folder, name)));
    }
  }
  const look = readFile(join(folders.contentDir, OWN_STYLE));
  if (look !== undefined) addAsset(files, OWN_STYLE, look);
  for (const [name, made] of themeOf(folders.color, files.get(ICON)?.content)) addAsset(files, name, made);
  for (const [name, { content }] of files) if (name.endsWith('.css')) addAsset(files, name, linkAssets(content, files));
  const assets = new Map([...readScripts(files, folders.checks), ...files]);
  const stem = (name: string): string => name.slice(0, -3);
  const pages = readTexts([join(folders.contentDir, 'pages')], '.md', stem);
  const notes = readTexts([join(folders.contentDir, 'notes')], '.md', stem);
  const docs = readTexts(folders.docsDir === undefined ? [] : [folders.docsDir], '.md', stem);
  const shellKey = keyOf(
    [...templates],
    [...assets.values()].map((asset) => asset.url),
  );
  const templatesAreOurs = folders.userTemplatesDir === undefined;
  const key = keyOf(shellKey, [...pages], [...notes], [...docs]);
  return { templates, templatesAreOurs, assets, pages, notes, docs, shellKey, key };
}

/** Name → source. Later folders win. */
export function readTemplates(folders: readonly string[]): ReadonlyMap<string, string> {
  return readTexts(folders, '.njk', (name) => name);
}

const ASSET = /^[a-z0-9-]+\.(?:css|js|svg|png|ico|woff2|txt)$/;
/** The owner's own style sheet, in the content folder; it comes after ours. */
const OWN_STYLE = 'style.css';

function addAsset(files: Map<string, Asset>, name: string, content: Uint8Array): void {
  files.set(name, { url: assetUrl(name, contentHash(content)), content });
}

/** A style sheet names files beside it as they are called in the folder: `url("newsreader.woff2")`. */
function linkAssets(css: Uint8Array, files: ReadonlyMap<string, Asset>): Uint8Array {
  const linked = decodeUtf8(css).replace(/\burl\((["']?)([a-z0-9-]+\.[a-z0-9]+)\1\)/g, (whole, _, name: string) => {
    const asset = files.get(name);
    return asset === undefined ? whole : `url("./${basename(asset.url)}")`;
  });
  return encodeUtf8(linked);
}

/** Undefined: there is no such file. */
function readFile(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Later folders win; sorted by name. */
function readTexts(
  folders: readonly string[],
  extension: string,
  nameOf: (file: string) => string,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const file of listFiles(folder)) {
      if (file.endsWith(extension)) found.set(nameOf(file), decodeUtf8(readFileSync(join(folder, file))));
    }
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Plain files of a folder; none when it is not there. */
function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
