/** Passwords, keys and tokens that are known by the name they are given to: `DB_PASSWORD=…`, `"api_key": "…"`. */
/** Says where name and value stand; whether the value is a secret is judged elsewhere. */

import type { Report } from '../finding.ts';
import { judgeAssignment, ruleOfName } from '../judging/named-value.ts';

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
  // the name of a secret, not what is in it: `arn:aws:secretsmanager:us-east-1:1234:secret:db-a1b2c3`
  if (
    op === ':' &&
    /:secretsmanager:[\w-]{0,24}:\d{0,12}:secret$/.test(
      text.slice(Math.max(0, from + match.index - 60), from + match.index + key.length),
    )
  )
    return end;
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

const KEY =
  'pass(?:words?|wd|[-_]?phrase|code|wort)?|(?:hash|auth)[-_]?salt|(?:password|hash|secret)[-_]?pepper|pwd|psk|secret|token|credentials?|session[-_]?id|sessid|(?:mfa|pin|otp|2fa|security|verification|backup|recovery|access)[-_ ]?code|otp|cvv|cvc|pin|sid|secret[-_]?id|(?:api|access|secret|private|signing|encryption|auth|master|service|storage|account|session|license|deploy|webhook|shared|client|admin|preshared)[-_ ]?key|(?:auth|access|api|bearer|refresh|session)[- ]token|pat|key';
const END =
  '(?:[_-]?(?:base|base64|b64|hex|enc|raw|plain|plaintext|text|value|val|prod|production|dev|test|staging|live|old|new|default|primary|secondary|\\d{1,4}))?';
const UNQUOTED = '[^\\s"\'`,;|<>()\\\\]';
const QUOTED = '[^"\'`\\\\\\r\\n]';
const BETWEEN = '\\\\{0,7}(?<c>["\'`]?)\\]?[ \\t]{0,4}[?+]?';
/** A colon or an equals sign behind a key. */
const SIGN = new RegExp(`(?<=(?:${KEY})${END}${BETWEEN}(?:(?:string|str) ?)?)[:=]`, 'gi');
/** Characters that a key and what stands between it and the sign may have, and what stands from the sign on. */
const MOST_BEFORE = 64;
const MOST_AFTER = 600;
/** `: &str =`, `: String =`, ` string =`: a sign with the kind of the value before it. */
const TYPED =
  "(?::[ \\t]{0,3}&?(?:'\\w{1,20} )?[A-Za-z][\\w<>[\\].?]{0,40}|(?<=[ \\t])(?:string|str|String))[ \\t]{0,3}=(?=[ \\t]{0,4}[\"'`])";
/** What YAML writes before a text that begins on the next line. */
const BLOCK = '(?:[|>][-+\\d]{0,2}[ \\t]{0,4}\\r?\\n[ \\t]{1,32})?';
/** What may stand before the quote of a text: its kind, or what makes bytes and secrets of it. */
const WRAPPED =
  '(?:(?:[bfruBFRUN@$]{1,2}|\\[\\]byte\\(|(?:Buffer|String::?|Secret\\w{0,8}:?:?)\\.?(?:from|new|of)\\(|SecretStr\\(|Some\\()(?=\\\\{0,3}["\'`]))?';
const ASSIGNMENT = new RegExp(
  `(?<key>(?:${KEY})${END})${BETWEEN}(?<op>:=|=>|${TYPED}|[:=])[ \\t]{0,4}${BLOCK}${WRAPPED}(?:(?<q>\\\\{0,7}["'\`])(?=${QUOTED}))?(?<v>(?<=["'\`])${QUOTED}{1,512}|${UNQUOTED}{1,512})`,
  'i',
);
const OPTION = new RegExp(
  `(?<=\\s)(?:--(?:[a-z]{1,20}-){0,3}|-(?=passw))(?<key>password\\d?|passwd|passphrase|pass|secret|token|api-?key|access-key|secret-key|auth|bearer|secret-id)[ \\t]{1,2}(?<q>["'])?(?<v>(?<=["'])${QUOTED}{1,512}|(?!-)${UNQUOTED}{1,512})`,
  'gi',
);

/** What stands behind a quote that ends a text with a name in it: `"DB_PASSWORD=" + secret`. */
const CLOSED = /^(?:\s*[+.&|]\s|\s*[,)\];]|\s+[+.&|])/;

function nameBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < 60 && /[A-Za-z0-9_.-]/.test(text.charAt(start - 1))) start--;
  return text.slice(start, end).replace(/^[.-]+/, '');
}
