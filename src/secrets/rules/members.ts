/** Secrets that stand under a telling member of decoded JSON: `{"cookie": "sid=…"}`, `{"auth": "…"}`, `{"mnemonic": "…"}`. */
/** The whole value of the member is looked at, because its name says what all of it is. */

import type { Finding } from '../finding.ts';
import { judgeAssignment, ruleOfName } from '../judging/named-value.ts';
import { isPlaceholder } from '../judging/placeholders.ts';
import { acceptsCookie, acceptsHeader } from './context-rules.ts';
import { isLogin, isMnemonic } from './login-files.ts';

/** The finding that takes the whole value, if its name makes it one. */
export function judgeMember(name: string, value: string): Finding | undefined {
  if (name.length > 80 || value.length < 3 || value.length > MOST) return undefined;
  const whole = { start: 0, end: value.length, value };
  const kind = KINDS.find((row) => row.name.test(name));
  if (kind?.accepts(value) === true) return { rule: kind.rule, ...whole };
  const verdict = judgeAssignment(name, value, 'quoted');
  if (verdict === 'none') return undefined;
  return { rule: ruleOfName(name), ...whole, doubtful: verdict === 'doubtful' };
}

const MOST = 4096;

const KINDS: readonly {
  readonly rule: string;
  readonly name: RegExp;
  readonly accepts: (value: string) => boolean;
}[] = [
  {
    rule: 'cookie',
    name: /^(?:set-?)?cookies?$|[_-]cookies?$/i,
    accepts: (value) => value.includes('=') && acceptsCookie(value),
  },
  {
    rule: 'cookie',
    name: /^cookie value$/,
    accepts: (value) => value.length >= 12 && acceptsCookie(`session=${value}`),
  },
  { rule: 'authorization', name: /^(?:proxy-?)?authorization$/i, accepts: isHeader },
  { rule: 'password', name: /^_?auth$/, accepts: isLogin },
  {
    rule: 'mnemonic',
    name: /mnemonic|(?:seed|recovery|secret)[_-]?(?:phrase|words)/i,
    accepts: isMnemonic,
  },
];

/** The header's value with or without its scheme. */
function isHeader(value: string): boolean {
  const match = /^(?<scheme>[A-Za-z]{3,16}\s{1,3})?(?<v>\S{6,})$/.exec(value);
  return match !== null && !isPlaceholder(value) && acceptsHeader(match.groups?.v ?? '', match);
}
