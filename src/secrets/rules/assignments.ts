/** Passwords, keys and tokens that are known by the name they are given to: `DB_PASSWORD=…`, `"api_key": "…"`. */
/** Code is full of such names with nothing secret behind them, so name, spelling and value decide together. */

import type { Report } from '../finding.ts';
import { isIdentity, isPlaceholder, looksRandom } from './placeholders.ts';
import { isConstant, kindOfName, type NameKind } from './secret-names.ts';

export type Verdict = 'secret' | 'doubtful' | 'none';

/** How a value was written. `shell`: without quotes after `=`; `code`: without quotes after anything else. */
export type Spelling = 'quoted' | 'shell' | 'code';

/** Finds values that are assigned to a telling name, in shell, code, JSON, YAML, INI and as options of a command. */
export function findAssignments(text: string, report: Report): void {
  // the key is looked for where something is given to a name: a text has few such places, and letters that may begin a key everywhere
  let done = 0;
  SIGN.lastIndex = 0;
  for (let sign = SIGN.exec(text); sign !== null; sign = SIGN.exec(text)) {
    const from = Math.max(done, sign.index - MOST_BEFORE);
    const match = ASSIGNMENT.exec(text.slice(from, sign.index + MOST_AFTER));
    if (match === null || from + match.index >= sign.index) continue;
    done = takeMatch(text, match, from, report);
    SIGN.lastIndex = Math.max(SIGN.lastIndex, done);
  }
  OPTION.lastIndex = 0;
  for (let match = OPTION.exec(text); match !== null; match = OPTION.exec(text)) {
    OPTION.lastIndex = takeMatch(text, match, 0, report);
  }
}

/** Reports what a match in the text from `from` on gives to its name, if that is a secret. Returns where the match ends. */
function takeMatch(text: string, match: RegExpExecArray, from: number, report: Report): number {
  const { key = '', q = '', v = '', op = ' ' } = match.groups ?? {};
  const start = from + match.index + match[0].length - v.length;
  const value = q === '' ? bareValue(v) : v;
  const end = start + value.length;
  if (value.length < 3) return end;
  if (q !== '' && match.groups?.c === '' && CLOSED.test(value)) return end;
  if (q === '' && text[end] === '(' && /^[A-Za-z_][\w.]*$/.test(value)) return end;
  const isOption = match.groups?.op === undefined;
  const name = nameBefore(text, from + match.index + (isOption ? match[0].indexOf(key) : 0)) + key;
  const spelling = q !== '' ? 'quoted' : op === '=' || isOption ? 'shell' : 'code';
  const verdict = judgeAssignment(name, value, spelling);
  if (verdict !== 'none') report({ rule: ruleOfName(name), start, end, value, doubtful: verdict === 'doubtful' });
  return end;
}

/** A value without quotes ends before the marks of a sentence, and in a link before the next parameter. */
function bareValue(value: string): string {
  return value.replace(/&[\w.-]{1,40}=.*$/, '').replace(/[.,:!?)\]}]+$/, '');
}

/** Whether a value given to a name is a secret. Also used for members of decoded JSON, whose key is the name. */
export function judgeAssignment(name: string, value: string, spelling: Spelling): Verdict {
  const kind = kindOfName(name);
  if (kind === undefined || isPlaceholder(value) || isReference(value) || LOCATION.test(value)) return 'none';
  if (sameLetters(name, value) || ASIAN.test(value)) return 'none';
  if (name === 'pass' && (spelling === 'code' || !/\d/.test(value) || /^-|\s/.test(value))) return 'none';
  const constant = isConstant(name);
  if (spelling !== 'quoted' && !constant && VARIABLE.test(value)) return 'none';
  if (kind === 'password') return judgePassword(value, spelling, constant);
  if (/\s/.test(value)) return 'none';
  if (kind === 'pin')
    return (/^\d{4,8}$/.test(value) && !COUNTED.test(value)) || (/cv[vc]$/i.test(name) && /^\d{3}$/.test(value))
      ? 'secret'
      : 'none';
  if (kind === 'session') return judgeSession(value);
  if (isIdentity(value)) return judgeIdentity(kind, value, spelling === 'code' && !QUALIFIED.test(name), constant);
  if (looksRandom(value)) return kind === 'key' && !constant ? 'none' : 'secret';
  if (kind === 'secret' && (constant || spelling === 'quoted') && spelling !== 'code') {
    if (constant)
      return value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value) && KEY_TEXT.test(value)
        ? 'secret'
        : 'none';
    return isHandMade(value) ? 'secret' : 'none';
  }
  return 'none';
}

/** Hexadecimal is a secret only where the name leaves nothing else; a UUID is what ids are made of. */
function judgeIdentity(kind: NameKind, value: string, unsure: boolean, constant: boolean): Verdict {
  const uuid = value.includes('-');
  if (/^\d+$/.test(value)) return kind === 'secret' && constant && value.length >= 12 ? 'secret' : 'none';
  if (kind === 'key') return constant && !uuid && value.length >= 32 ? 'doubtful' : 'none';
  if (value.length < 20) return 'none';
  return uuid ? (constant ? 'secret' : 'doubtful') : unsure && !constant ? 'doubtful' : 'secret';
}

/** What manuals write for a number of their own. */
const COUNTED = /^(?:0?1234567?8?|(\d)\1+)$/;
/** `testRSA2048PrivateKey`: what is called so holds it. */
const VARIABLE = /^[A-Za-z_$][\w$]{0,80}(?:Key|Token|Secret|Password|Pass|_key|_token|_secret|_password)s?$/;
/** Sentences that are written without blanks. */
const ASIAN = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;
/** Letters, digits and marks, but no brackets: a pattern or a template is no key. */
const KEY_TEXT = /^[\w+/=.~!@#$%^&*:-]+$/;

/** More than one word: an `auth_token` is no token of a grammar. */
const QUALIFIED = /[A-Za-z0-9][-_ ][A-Za-z0-9]|[a-z][A-Z]/;

/** Ids of conversations are no keys: agents write them everywhere. What a server hands to a browser has no name in it. */
function judgeSession(value: string): Verdict {
  if (/^(?:ses|sess|session|conv|run|thread|msg|task)[-_]/i.test(value) || value.includes('-')) return 'none';
  return looksRandom(value) || /^(?=.*\d)(?=.*[a-f])[0-9a-f]{24,128}$/.test(value) ? 'secret' : 'none';
}

/** Letters and digits in turns, of which no word is made: `s3cr3t_t0ken_99`. */
function isHandMade(value: string): boolean {
  return (
    value.length >= 12 && value.length <= 64 && /(?:[A-Za-z]{1,8}\d{1,4}){2}/.test(value) && !/[\s/\\]/.test(value)
  );
}

const KEY =
  'pass(?:word|wd|phrase|code|wort)?|pwd|psk|secret|token|credentials?|session[-_]?id|sessid|(?:mfa|pin|otp|2fa|security|verification|backup|recovery|access)[-_ ]?code|otp|cvv|cvc|pin|sid|(?:api|access|secret|private|signing|encryption|auth|master|service|storage|account|session|license|deploy|webhook|shared|client|admin|preshared)[-_ ]?key|(?:auth|access|api|bearer|refresh|session)[- ]token|pat|key';
const END =
  '(?:[_-]?(?:base|base64|b64|hex|enc|raw|plain|plaintext|text|value|val|prod|production|dev|test|staging|live|old|new|default|primary|secondary|\\d{1,4}))?';
const UNQUOTED = '[^\\s"\'`,;|<>()\\\\]';
const QUOTED = '[^"\'`\\\\\\r\\n]';
const BETWEEN = '\\\\{0,3}(?<c>["\'`]?)\\]?[ \\t]{0,4}';
/** A colon or an equals sign behind a key. */
const SIGN = new RegExp(`(?<=(?:${KEY})${END}${BETWEEN})[:=]`, 'gi');
/** Characters that a key and what stands between it and the sign may have, and what stands from the sign on. */
const MOST_BEFORE = 64;
const MOST_AFTER = 600;
const ASSIGNMENT = new RegExp(
  `(?<key>(?:${KEY})${END})${BETWEEN}(?<op>:=|=>|[:=])[ \\t]{0,4}(?:(?<q>\\\\{0,3}["'\`])(?=${QUOTED}))?(?<v>(?<=["'\`])${QUOTED}{1,512}|${UNQUOTED}{1,512})`,
  'i',
);
const OPTION = new RegExp(
  `(?<=\\s)--(?:[a-z]{1,20}-){0,3}(?<key>password|passwd|passphrase|pass|secret|token|api-?key|access-key|secret-key)[ \\t]{1,2}(?<q>["'])?(?<v>(?<=["'])${QUOTED}{1,512}|(?!-)${UNQUOTED}{1,512})`,
  'gi',
);

/** What stands behind a quote that ends a text with a name in it: `"DB_PASSWORD=" + secret`. */
const CLOSED = /^(?:\s*[+.&|]\s|\s*[,)\];]|\s+[+.&|])/;

/** Code that fetches the value from elsewhere. Names joined by points, unless one of them is of no word. */
function isReference(value: string): boolean {
  if (!REFERENCE.test(value)) return false;
  return !/^[\w.-]+$/.test(value) || !value.split('.').some((piece) => looksRandom(piece) && isRestless(piece));
}

/** Goes over between letters of either case and digits more often than words in a row with a number among them do. */
function isRestless(value: string): boolean {
  return (value.match(/[a-z](?![a-z])|[A-Z](?![A-Z])|\d(?!\d)/g)?.length ?? 0) > value.length * 0.42;
}

const REFERENCE =
  /^(?:process|os|env|ENV|config|cfg|settings|secrets|this|self|ctx|req|request|props|options|opts|args|params|vars?|data|local|module|input|getenv|await|new|function|async|lambda|return|import|require|typeof)\b|^[A-Za-z_$][\w$]{0,80}(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]{0,80}){1,8}[[({]?$|^[A-Za-z_$][\w$.]{0,80}[[({]|^[-=:.,/|{}()[\]]+$/;
const LOCATION = /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|[~.]{0,2}\/[\w.-]+\/|[~.]{0,2}\/[\w.-]+$|[A-Za-z]:[\\/])/;

function judgePassword(value: string, spelling: Spelling, constant: boolean): Verdict {
  if (/\s/.test(value)) return constant && spelling === 'quoted' && !/^\s/.test(value) ? 'secret' : 'none';
  if (constant && spelling !== 'code') return 'secret';
  if (/^\d+$/.test(value)) return judgeNumber(value, spelling);
  const mixed = /[A-Za-z]/.test(value) && /[\d!@#$%^&*+~]/.test(value) && !ALGORITHM.test(value);
  if (spelling === 'quoted') {
    if (mixed && value.length >= 5) return 'secret';
    return value.length >= 8 ? 'doubtful' : 'none';
  }
  return mixed && value.length >= 6 && !/[[\]{}]/.test(value) ? 'secret' : 'none';
}

/** How a password is kept, not what it is. */
const ALGORITHM =
  /^(?:sha-?\d{1,3}|md[45]\w*|s?bcrypt\w*|argon2\w*|pbkdf2\w*|scram\w*|base64|utf-?8\w*|oauth2?|caching_sha2_password|ed25519)$/i;

/** `--password 12345678`; a small number behind a colon counts something. */
function judgeNumber(value: string, spelling: Spelling): Verdict {
  return value.length >= (spelling === 'code' ? 6 : 4) ? 'secret' : 'none';
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

/** What a value given to such a name is called. */
export function ruleOfName(name: string): string {
  const kind = kindOfName(name);
  if (kind === 'password' || kind === 'session' || kind === 'pin') return kind;
  if (/token[^a-z]*$/i.test(name)) return 'token';
  return kind === 'secret' && !/key/i.test(name) ? 'secret' : 'key';
}
