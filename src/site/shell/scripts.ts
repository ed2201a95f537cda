/** The pages' scripts as files to serve: the modules of src/browser, with what they import, types taken out. */
/** No bundler: each module stays a file, its name holds a hash, and imports name it by that. */

import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeUtf8 } from '../../base/bytes.ts';
import { contentHash } from '../state/keys.ts';
import { assetUrl } from '../urls.ts';

export interface Asset {
  readonly url: string;
  readonly content: Uint8Array;
}

/** What pages load. The modules that these import are served beside them. */
const ENTRIES = ['jump', 'offline', 'page', 'reader', 'resolve', 'search', 'wander'];
/** `.ts` here and `.js` in the published package. */
const EXTENSION = extname(import.meta.url);
const FOLDER = fileURLToPath(new URL('../../browser', import.meta.url));
const FROM = /^((?:import|export) (?!type\b)[^;]*?\bfrom ')(\.[^']+)(';)/gm;

/** Scripts and modules by the name they are served under (`page.js`). `own`: a user's files, which replace ours of the same name. */
export function readScripts(own: ReadonlyMap<string, Asset>): ReadonlyMap<string, Asset> {
  const scripts = new Map<string, Asset>();
  const add = (file: string): Asset => {
    const name = `${basename(file, EXTENSION)}.js`;
    const known = own.get(name) ?? scripts.get(name);
    if (known !== undefined) return known;
    // All are served from one folder: an import is the name of a file beside.
    const linked = readFileSync(file, 'utf8').replace(FROM, (_, before: string, path: string, after: string) => {
      return `${before}./${basename(add(join(dirname(file), path)).url)}${after}`;
    });
    const script = {
      url: assetUrl(name, contentHash(linked)),
      // Types are taken out when it is written: most builds only ask for the name.
      get content() {
        return encodeUtf8(plainCode(linked));
      },
    };
    scripts.set(name, script);
    return script;
  };
  for (const name of ENTRIES) add(join(FOLDER, `${name}${EXTENSION}`));
  return scripts;
}

/** The service worker, which browsers take as a plain script and not as a module. */
export function readServiceWorker(): string {
  const source = readFileSync(join(FOLDER, `sw${EXTENSION}`), 'utf8');
  return plainCode(source.replace(/^export \{\};\n?/m, ''));
}

/** JavaScript, without the blanks that types leave behind at line ends and in empty lines. */
function plainCode(source: string): string {
  const code = EXTENSION === '.ts' ? stripTypeScriptTypes(source) : source;
  return code.replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n');
}
