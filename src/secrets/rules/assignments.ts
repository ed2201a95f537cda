/** Passwords, keys and tokens that are known by the name they are given to: `DB_PASSWORD=…`, `"api_key": "…"`. */
/** Code is full of such names with nothing secret behind them, so name, spelling and value decide together. */

import type { Report } from '../finding.ts';
import { isIdentity, isPlaceholder, looksRandom } from './placeholders.ts';

export type Verdict = 'secret' | 'doubtful' | 'none';

/** How a value was written. `shell`: without quotes after `=`; `code`: without quotes after anything else. */
export type Spelling = 'quoted' | 'shell' | 'code';

/** Finds values that are assigned to a telling name, in shell, code, JSON, YAML, INI and as options of a command. */
export function findAssignments(text: string, report: Report): void {
  for (const pattern of [ASSIGNMENT, OPTION]) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const { key = '', q = '', v = '', op = ' ' } = match.groups ?? {};
      const value = q === '' ? v.replace(/[.,:!?)\]}]+$/, '') : v;
      if (value.length < 3) continue;
      const keyStart = match.index + (pattern === OPTION ? match[0].indexOf(key) : 0);
      const name = nameBefore(text, keyStart) + key;
      const spelling = q !== '' ? 'quoted' : op === '=' || pattern === OPTION ? 'shell' : 'code';
      const verdict = judgeAssignment(name, value, spelling);
      if (verdict === 'none') continue;
      const start = match.index + match[0].length - v.length;
      report({ rule: ruleOf(name), start, end: start + value.length, value, doubtful: verdict === 'doubtful' });
    }
  }
}

/** Whether a value given to a name is a secret. Also used for members of decoded JSON, whose key is the name. */
export function judgeAssignment(name: string, value: string, spelling: Spelling): Verdict {
  const kind = kindOf(name);
  if (kind === undefined || isPlaceholder(value) || REFERENCE.test(value) || LOCATION.test(value)) return 'none';
  if (sameLetters(name, value)) return 'none';
  const constant = /^[A-Z][A-Z0-9_]*$/.test(name);
  if (kind === 'password') return judgePassword(value, spelling, constant);
  if (/\s/.test(value)) return 'none';
  if (isIdentity(value)) {
    if (kind === 'key' || value.length < 32) return 'none';
    return constant && !value.includes('-') ? 'secret' : 'doubtful';
  }
  if (looksRandom(value)) return kind === 'key' && !constant ? 'none' : 'secret';
  if (kind === 'secret' && constant && spelling !== 'code') {
    return value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value) ? 'secret' : 'none';
  }
  return 'none';
}

const KEY =
  'pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?|(?:api|access|secret|private|signing|encryption|auth|master|service|storage|account|session|license|deploy|webhook|shared|client|admin)[-_]?key|key';
const END = '(?:[_-]?(?:base|b64|value|\\d{1,2}))?';
const UNQUOTED = '[^\\s"\'`,;|<>()\\\\]';
const QUOTED = '[^"\'`\\\\\\r\\n]';
const ASSIGNMENT = new RegExp(
  `(?<key>(?:${KEY})${END})\\\\{0,3}["'\`]?\\]?[ \\t]{0,4}(?<op>:=|=>|[:=])[ \\t]{0,4}(?:(?<q>\\\\{0,3}["'\`])(?=${QUOTED}))?(?<v>(?<=["'\`])${QUOTED}{1,512}|${UNQUOTED}{1,512})`,
  'gi',
);
const OPTION = new RegExp(
  `(?<=\\s)--(?:[a-z]{1,20}-){0,3}(?<key>password|passwd|passphrase|secret|token|api-?key|access-key)[ \\t]{1,2}(?<q>["'])?(?<v>(?<=["'])${QUOTED}{1,512}|(?!-)${UNQUOTED}{1,512})`,
  'gi',
);

/** Code that fetches the value from elsewhere. */
const REFERENCE =
  /^(?:process|os|env|ENV|config|cfg|settings|secrets|this|self|ctx|req|request|props|options|opts|args|params|vars?|data|local|module|input|getenv|await|new|function|async|lambda|return|import|require|typeof)\b|^[A-Za-z_$][\w$]{0,80}(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]{0,80}){1,8}[[({]?$|^[A-Za-z_$][\w$.]{0,80}[[({]|^[-=:.,/|{}()[\]]+$/;
const LOCATION = /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|[~.]{0,2}\/[\w.-]+\/|[A-Za-z]:[\\/])/;
const NOT_SECRET =
  /(?:^|[_.-]|(?<=[a-z]))(?:max|min|num|n|count|total|next|prev|page|continuation|sync|cursor|cache|primary|foreign|sort|partition|public|object|map|row|column|group|order|idempotency|routing|dedupe|dedup|i18n|translation|input|output|prompt|completion|stop|eos|bos|pad|special|unk|mask|hot|short|arrow|query|config|storage_prefix)[_.-]?(?:token|key)s?$/i;

function kindOf(name: string): 'password' | 'secret' | 'key' | undefined {
  if (NOT_SECRET.test(name)) return undefined;
  const bare = name.replace(/[_-]?(?:base|b64|value|\d{1,2})$/i, '');
  if (/(?:password|passwd|passphrase|passcode|pwd)$/i.test(bare)) return 'password';
  if (startsWord(bare, 'pass') && /[_-]pass$|^[A-Z_]*PASS$|[a-z]Pass$/.test(bare)) return 'password';
  if (/(?:secret|credentials?)$/i.test(bare)) return 'secret';
  if (startsWord(bare, 'token')) return 'secret';
  if (
    /(?:api|access|secret|private|signing|encryption|auth|master|service|storage|account|session|license|deploy|webhook|shared|client|admin)[-_]?key$/i.test(
      bare,
    )
  ) {
    return 'secret';
  }
  return startsWord(bare, 'key') ? 'key' : undefined;
}

/** Whether the name ends in the word as a word of its own: `API_KEY`, `apiKey`, `key`, but not `monkey`. */
function startsWord(name: string, word: string): boolean {
  if (!name.toLowerCase().endsWith(word)) return false;
  const at = name.length - word.length;
  if (at === 0) return true;
  const [before = '', first = ''] = [name[at - 1], name[at]];
  return /[^A-Za-z]/.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(first)) || /^[A-Z]+$/.test(name);
}

function judgePassword(value: string, spelling: Spelling, constant: boolean): Verdict {
  if (/\s/.test(value)) return constant && spelling === 'quoted' ? 'secret' : 'none';
  if (constant && spelling !== 'code') return 'secret';
  if (/^\d+$/.test(value)) return spelling === 'quoted' && value.length >= 4 ? 'secret' : 'none';
  const mixed = /[A-Za-z]/.test(value) && /[\d!@#$%^&*+~]/.test(value);
  if (spelling === 'quoted') {
    if (mixed && value.length >= 5) return 'secret';
    return value.length >= 8 ? 'doubtful' : 'none';
  }
  return mixed && value.length >= 6 && !/[[\]{}]/.test(value) ? 'secret' : 'none';
}

function sameLetters(name: string, value: string): boolean {
  const letters = (s: string) => s.replace(/[^A-Za-z]/g, '').toLowerCase();
  const v = letters(value);
  return v.length > 0 && v.length === value.replace(/[\s_.:-]/g, '').length && letters(name).endsWith(v);
}

function nameBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < 60 && /[A-Za-z0-9_.-]/.test(text.charAt(start - 1))) start--;
  return text.slice(start, end).replace(/^[.-]+/, '');
}

function ruleOf(name: string): string {
  const kind = kindOf(name);
  return kind === 'password'
    ? 'password'
    : /token[^a-z]*$/i.test(name)
      ? 'token'
      : kind === 'secret' && !/key/i.test(name)
        ? 'secret'
        : 'key';
}
