/** The version of all that finds secrets: a hash of its own sources. */
/** A number that somebody has to raise is forgotten once; then what passed under old rules would pass for ever. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blake3Hex } from '../base/blake3.ts';
import { encodeUtf8 } from '../base/bytes.ts';
import { readBundled } from '../base/program/program-folder.ts';
import { lintVersion } from './rules/secretlint.ts';

/** Changes with every byte of this room and with the version of the outside rules. Read once for a process. */
export function ruleSetVersion(): string {
  known ??= readBundled<string>(RULE_SET) ?? hashRules();
  return known;
}

let known: string | undefined;

export const RULE_SET = 'rule-set.json';

function hashRules(): string {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name))
    .sort();
  const hashes = files.map((name) => blake3Hex(readFileSync(join(import.meta.dirname, name))));
  return blake3Hex(encodeUtf8([lintVersion(), ...hashes].join('\n')));
}
