/** The modules that pages load, as they are written: from src/ and from packages. */
/** A bundle carries a copy of them in one file, so that it makes the same scripts, byte for byte. */

import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM_FOLDER, readBundled } from '../../../base/program/program-folder.ts';

export interface ScriptSources {
  /** The text of a module, by its path. */
  read(file: string): string;
  /** The file that the name of a package means. */
  find(name: string): string;
}

/** What a bundle carries. Paths are those below the program's folder, with `/`. */
export interface CarriedSources {
  readonly texts: Readonly<Record<string, string>>;
  readonly packages: Readonly<Record<string, string>>;
}

export const CARRIED_SOURCES = 'script-sources.json';

const onDisk: ScriptSources = {
  read: (file) => readFileSync(file, 'utf8'),
  find: (name) => fileURLToPath(import.meta.resolve(name)),
};

let opened: ScriptSources | undefined;

export function openScriptSources(): ScriptSources {
  opened ??= open();
  return opened;
}

function open(): ScriptSources {
  const carried = readBundled<CarriedSources>(CARRIED_SOURCES);
  if (carried === undefined) return onDisk;
  const { texts, packages } = carried;
  return {
    read: (file) => texts[pathBelow(file)] ?? onDisk.read(file),
    find: (name) => (packages[name] === undefined ? onDisk.find(name) : join(PROGRAM_FOLDER, packages[name])),
  };
}

/** The same sources, and a note of what was asked of them. */
export function noteSources(): ScriptSources & { readonly asked: CarriedSources } {
  const texts: Record<string, string> = {};
  const packages: Record<string, string> = {};
  return {
    asked: { texts, packages },
    read(file) {
      const text = onDisk.read(file);
      texts[pathBelow(file)] = text;
      return text;
    },
    find(name) {
      const file = onDisk.find(name);
      // what is no text stays where it is installed
      if (!file.endsWith('.wasm')) packages[name] = pathBelow(file);
      return file;
    },
  };
}

function pathBelow(file: string): string {
  return relative(PROGRAM_FOLDER, file).replaceAll(sep, '/');
}
