/** What was tried in vain: damage that these kept sources do not heal under these rules. */
/** So that damage which stays is not paid for with reading all its sources in every run. Derived: without it everything is tried again. */

import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { blake3Hex } from '../../../base/blake3.ts';
import { decodeUtf8, encodeUtf8 } from '../../../base/bytes.ts';
import { makeRealFolders } from '../../../base/confined-disk.ts';
import { readFile, realDisk, replaceFile } from '../../../base/disk.ts';
import { canonicalJson, isJsonObject, type JsonValue, parseJson } from '../../../base/json.ts';
import { ruleSetVersion } from '../../../secrets/secrets.ts';
import { findKeptSource } from '../../read/sources.ts';
import type { HealOptions } from './aside.ts';

export class Tried {
  readonly #options: HealOptions;
  readonly #path: string;
  /** The rules may hold what is secret on this machine: nobody can tell from a name here whether a guess is right without this, too. */
  readonly #salt: string;
  readonly #before: ReadonlySet<string>;
  readonly #now = new Set<string>();

  constructor(options: HealOptions) {
    this.#options = options;
    this.#path = join(dirname(options.sourcesDir), 'cache', 'not-healed.json');
    const { salt, tried } = read(this.#path);
    this.#salt = salt ?? randomBytes(16).toString('hex');
    this.#before = new Set(tried);
  }

  /** Stands for what is lost, what was kept of the sources that may have it, and how they would be read. Throws as `findKeptSource` does. */
  nameOf(hashes: readonly string[], paths: readonly string[]): string {
    const { sourcesDir, redact, version = '' } = this.#options;
    const kept = paths.map((path) => ({ path, kept: findKeptSource(sourcesDir, path) ?? null }));
    const rules = { salt: this.#salt, version, set: ruleSetVersion(), redact };
    const all = { rules, hashes: [...new Set(hashes)].sort(), kept };
    return blake3Hex(encodeUtf8(canonicalJson(JSON.parse(JSON.stringify(all)) as JsonValue)));
  }

  /** Remembered on, as long as it is asked for. */
  has(name: string): boolean {
    if (!this.#before.has(name)) return false;
    this.#now.add(name);
    return true;
  }

  add(name: string): void {
    this.#now.add(name);
  }

  /** What was neither asked for nor added is forgotten: that damage is gone, or another. */
  save(): void {
    if (this.#now.size === this.#before.size && [...this.#now].every((name) => this.#before.has(name))) return;
    makeRealFolders(resolve(this.#options.sourcesDir, '..', '..'), dirname(resolve(this.#path)));
    const text = canonicalJson({ salt: this.#salt, tried: [...this.#now].sort() });
    replaceFile(realDisk, this.#path, `${this.#path}.tmp`, encodeUtf8(text));
  }
}

/** Whatever is no memory of ours is none. */
function read(path: string): { readonly salt?: string; readonly tried: readonly string[] } {
  let value: JsonValue;
  try {
    value = parseJson(decodeUtf8(readFile(realDisk, path) ?? new Uint8Array()));
  } catch {
    return { tried: [] };
  }
  if (!isJsonObject(value) || typeof value.salt !== 'string' || !Array.isArray(value.tried)) return { tried: [] };
  return { salt: value.salt, tried: value.tried.filter((name) => typeof name === 'string') };
}
