import { describe, it } from 'vitest';
import type { JsonValue } from '../../src/base/json.ts';
import type { Item } from '../../src/model/item.ts';
import { printedSecrets } from '../../src/secrets/places/printed-secrets.ts';
import { toolLogins } from '../../src/secrets/places/tool-logins.ts';
import { callLogins } from '../../src/secrets/rules/call-logins.ts';
import { commandLogins } from '../../src/secrets/rules/command-logins.ts';
import { cutPlaces } from '../../src/secrets/rules/cut-tokens.ts';
import { gitleaksPlaces, gitleaksShapes } from '../../src/secrets/rules/gitleaks.ts';
import { keyFiles } from '../../src/secrets/rules/key-files.ts';
import { loginFiles } from '../../src/secrets/rules/login-files.ts';
import { namedValues } from '../../src/secrets/rules/named-values.ts';
import { toldSecrets } from '../../src/secrets/rules/told-secrets.ts';
import { createRedactor } from '../../src/secrets/secrets.ts';
import { expectLinear } from '../base/growth.ts';
import { mustGo } from './must-go.ts';
import { mustStay } from './must-stay.ts';

/** Characters of the smaller text; the larger one has four times as many. */
const LENGTH = 20_000;

const redactor = await createRedactor({ words: ['zebra-crossing'], personal: true, knownValues: ['known-value-1'] });
const say = (content: string): Item => ({ role: 'user', parts: [{ type: 'text', content }] });
const call = (value: JsonValue): Item => ({
  role: 'assistant',
  parts: [{ type: 'tool_call', id: '1', name: 'x', arguments: value, tool: 'other' }],
});

const repeated = (text: string) => (length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
/** As many texts as fit, each with a number of its own, so that no two are equal. */
const numbered = (textOf: (i: number) => string) => (length: number) => {
  let out = '';
  for (let i = 0; out.length < length; i++) out += textOf(i);
  return out;
};
/** Nine letters and digits that nobody would take for a word, different for each number. */
const odd = (i: number) => `q${((i * 7919 + 1_000_003) % 2_176_782_336).toString(36)}7Zk`;

const texts: Readonly<Record<string, (length: number) => string>> = {
  'different addresses': numbered((i) => `person.${i}@company${i % 97}.io, `),
  'heads of tables': numbered((i) => `| a | password |\n| b | ${odd(i)} |\n`),
  'a head over many rows': numbered((i) => (i === 0 ? 'a,password\n' : `b,${odd(i)}\n`)),
  'headings of codes': numbered((i) => `Recovery codes\n${odd(i)}\n`),
  'labels of persons': numbered((i) => `tel: 0171/${2_345_678 + i} passport no: C01X${i}T47 `),
  'different addresses on lines': numbered((i) => `person.${i}@company${i % 97}.io\n`),
  'different keys': numbered((i) => `ghp_${odd(i)}${odd(i + 1)}${odd(i + 2)}${odd(i + 3)}aaaa `),
  'different passwords': numbered((i) => `password="hunter${odd(i)}" `),
  'different doubtful passwords': numbered((i) => `password="hunterhunter${'abcdefgh'[i % 8]}" `),
  'different logins': numbered((i) => `https://u${i}:p4ss${odd(i)}@host${i}.io/ `),
  'different cookies': numbered((i) => `Cookie: session=${odd(i)}${odd(i + 5)}\n`),
  'different headers': numbered((i) => `Authorization: Bearer ${odd(i)}${odd(i + 3)} `),
  'different web tokens': numbered((i) => `eyJ${odd(i)}${odd(i)}.eyJ${odd(i)}${odd(i)}.${odd(i)} `),
  'different homes': numbered((i) => `/home/user${i}/x `),
  'different ip addresses': numbered((i) => `52.${i % 250}.${(i >> 3) % 250}.${(i * 7) % 250} `),
  'different phone numbers': numbered((i) => `+49 30 ${1_000_000 + i} `),
  'different private keys': numbered(
    (i) => `-----BEGIN PRIVATE KEY-----\n${odd(i).repeat(6)}\n-----END PRIVATE KEY-----\n`,
  ),
  'secrets in blocks': numbered((i) => `${Buffer.from(`token=ghp_${odd(i).repeat(5)}`).toString('base64')} `),
  'nested values': numbered((i) => `password="${'ab1cd'.repeat(1 + (i % 90))}${i}" `),
  'values inside one another': numbered((i) => `key.of.person${'x'.repeat(i % 50)}@company.io `),
  'at signs': repeated('@'),
  'addresses without an end': repeated('a.b@'),
  schemes: repeated('://'),
  'logins without an end': repeated('://a:b'),
  'assignments of assignments': repeated('password=password='),
  'keys in JSON': numbered((i) => `"kty": "d": "${odd(i)}${odd(i)}" `),
  'groups like accounts': repeated('DE12 3456 '),
  passwords: repeated('password='),
  quotes: repeated('"'),
  'open quotes': repeated('key="'),
  'plus signs between quotes': repeated('"+ "'),
  spaces: repeated(' '),
  'line ends': repeated('\n'),
  'line ends and blanks': repeated('\n          '),
  gutters: repeated('\n  1→| "'),
  backslashes: repeated('\\'),
  escapes: repeated('\\u0061'),
  'escaped escapes': repeated('"\\\\u0061\\\\n'),
  'percent signs': repeated('%41%'),
  entities: repeated('&#97;&amp'),
  'escape characters': repeated('\u001b]'),
  'beginnings of escape codes': repeated('\u001b['),
  'colour codes': repeated('\u001b[1;31m'),
  'zero-width spaces': repeated('a\u200b'),
  'full-width letters': repeated('ａ'),
  base64: repeated('QUJD'),
  'base64 that reads as text': repeated('c2VjcmV0IHRleHQ'),
  hexadecimal: repeated('6a6b'),
  'heads of images': repeated('iVBORw0KGgo= '),
  'heads of web tokens': repeated('eyJ'),
  'parts of web tokens': repeated('.eyJa'),
  'beginnings of web tokens': repeated('.eyJ'),
  'beginnings of keys': repeated('sk-ant-sk-proj-ghp_'),
  'beginnings of private keys': repeated('-----BEGIN PRIVATE KEY-----'),
  'ends of private keys': repeated('A -----END PRIVATE KEY-----'),
  'token prefixes': repeated('ghp_p_p_'),
  homes: repeated('/home/'),
  'homes in homes': repeated('/home/Users-home-'),
  'digits and points': repeated('1.'),
  digits: repeated('1234 '),
  markers: repeated('[redacted:email:1]'),
  braces: repeated('{{'),
  'cookies without an end': repeated('cookie: a='),
  'one long word': repeated('a'),
  'values that begin as masks': repeated(`password="${'x'.repeat(60)}!" `),
  'values that begin as markers': repeated(`password="${'[redacted:key:1]'.repeat(8)}!" `),
  'findings beside whole images': numbered((i) => `${GIF} ghp_${odd(i).repeat(4)} `),
  'findings of many rules at one place': numbered(
    (i) => `https://u:ghp_${odd(i).repeat(4)}@h.io Authorization: Bearer ${odd(i).repeat(4)}\n`,
  ),
  'blocks in blocks': (length) =>
    Buffer.from(numbered((i) => `${Buffer.from(`number ${i} of many`).toString('base64')} `)(length * 0.75)).toString(
      'base64',
    ),
  'keys of blank lines': repeated(`-----BEGIN PRIVATE KEY-----${'\n '.repeat(500)}`),
  'pairs of one cookie': repeated(`Cookie: a=${'b=c; d=e; '.repeat(90)}\n`),
  'addresses of many dots': repeated(` a@${'a-.'.repeat(20)}`),
  'values behind names of services': numbered((i) => `jira_value = "${odd(i)}${odd(i + 1)}aa" `),
  'names of services without a value': repeated('twitter.'),
  'names of services and signs': repeated('mailgun=lob:'),
  'an escape code without an end': repeated(`\u001b]${'abcdefghij'.repeat(500)}`),
};

const values: Readonly<Record<string, (length: number) => JsonValue>> = {
  'many strings': (n) => Array.from({ length: n / 4 }, (_, i) => `v${i}`),
  'many members': (n) => Object.fromEntries(Array.from({ length: n / 4 }, (_, i) => [`m${i}`, i])),
  'members that become equal': (n) =>
    Object.fromEntries(Array.from({ length: n / 16 }, (_, i) => [`/home/user${i}`, i])),
  'many strings with a secret each': (n) => Array.from({ length: n / 32 }, (_, i) => `person.${i}@company.io`),
  'a long name above many strings': (n) => ({ ['n'.repeat(n)]: Array.from({ length: n / 4 }, () => 'a') }),
  'long names in long names': (n) => {
    let value: JsonValue = Array.from({ length: n / 4 }, () => 'a');
    for (let i = 0; i < 100; i++) value = { ['n'.repeat(n / 200)]: value };
    return value;
  },
  'telling members': (n) =>
    Array.from({ length: n / 32 }, (_, i) => ({ password: `hunter${odd(i)}`, note: `of ${odd(i)}` })),
};

/** One pixel and a comment: a whole image that is long enough to be taken for one. */
const GIF = Buffer.concat([
  Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA', 'base64'),
  Buffer.from('\u0021\u00fe\u000bhello world\u0000;', 'latin1'),
]).toString('base64');

async function expectLinearIn(make: (length: number) => Item): Promise<void> {
  const [small, large] = [[make(LENGTH)], [make(4 * LENGTH)]];
  await expectLinear(
    () => redactor.redactItems(small),
    () => redactor.redactItems(large),
  );
}

describe('the cost of looking for secrets follows the length of what is looked at', () => {
  const samples = {
    'all that must go': repeated(mustGo.map(({ text }) => text).join('\n')),
    'all that must stay': repeated(mustStay.join('\n')),
  };
  it.each(Object.entries({ ...texts, ...samples }))('%s', async (_, textOf) => {
    await expectLinearIn((length) => say(textOf(length)));
  });

  it.each(Object.entries(values))('%s', async (_, make) => {
    await expectLinearIn((length) => call(make(length)));
  });
});

describe('the patterns of gitleaks and of places that tell', () => {
  const patterns = [
    ...gitleaksPlaces,
    ...namedValues,
    ...callLogins,
    ...printedSecrets,
    ...toolLogins,
    ...commandLogins,
    ...loginFiles,
    ...keyFiles,
    ...toldSecrets,
    ...cutPlaces,
    ...gitleaksShapes.map(({ rule, shape }) => ({ rule, pattern: new RegExp(shape, 'g'), literals: [] })),
  ];
  it.each(patterns)('$rule is linear in what it nearly finds', async ({ pattern, literals }) => {
    // the pattern's own fixed letters, over and over, with all that may stand between them
    const fixed = pattern.source.match(/[A-Za-z0-9_]{2,}(?![^[]*\])/g)?.filter((word) => !/^x60/.test(word)) ?? [];
    for (const word of [...literals.map(({ text }) => text), ...fixed, 'aA1']) {
      for (const unit of [
        word,
        `${word}=`,
        `${word} ' : "`,
        `${word}${'aB3'.repeat(300)} `,
        `${word}-${'9'.repeat(400)}`,
      ]) {
        const [small, large] = [repeated(unit)(LENGTH), repeated(unit)(4 * LENGTH)];
        await expectLinear(
          () => small.match(pattern),
          () => large.match(pattern),
        );
      }
    }
  });
});
