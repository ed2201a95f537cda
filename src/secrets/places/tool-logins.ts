/** Keys and passwords that tools are given in a way of their own: one line for each tool. */
/** The tool stands in the pattern, so that the same option of another one is left alone. */

import { judgeAssignment } from '../judging/named-value.ts';
import { isPlaceholder, looksRandom } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';

const isTyped = (value: string) =>
  !isPlaceholder(value) && !/^(?:%\w+%|[A-Z][A-Z_]+|<.*>|[./~][\w./-]*|\d{1,3}|--?\w.*)$/.test(value);
const isKey = (value: string) => !isPlaceholder(value) && (looksRandom(value) || /^[0-9a-f-]{32,}$/i.test(value));
const asPassword = (value: string) => judgeAssignment('password', value, 'quoted') === 'secret';

const Q = '\\\\{0,2}["\']?';
const BARE = `${Q}(?<v>[^\\s"'\`|;&<>\\\\$-][^\\s"'\`|;&<>\\\\]{3,255})`;
const KEY = `${Q}(?<v>[A-Za-z0-9_.-]{20,128})(?![\\w-])`;

/** Words of links that are sent to somebody. */
const SENT = ['reset', 'invite', 'magic', 'activat', 'confirm', 'verify'];

/** What the fast look searches for, what stands before the value, and what the value may be. */
const TOOLS: readonly (readonly [
  rule: string,
  words: readonly string[],
  before: string,
  value: string,
  accepts: (v: string) => boolean,
])[] = [
  ['password', ['jenkins-cli'], 'jenkins-cli[^\\n]{0,200}?[ \\t]-auth[ \\t]{1,3}[^\\s:@]{1,64}:', BARE, isTyped],
  ['token', ['sonar.login'], 'sonar\\.login=', KEY, isKey],
  ['token', ['codecov'], '\\bcodecov\\b[^\\n|;]{0,80}?[ \\t]-t[ \\t]{1,3}', KEY, isKey],
  [
    'token',
    ['snyk auth', 'wandb login', 'railway login'],
    '\\b(?:snyk auth|wandb login|railway login)[ \\t]{1,3}',
    KEY,
    isKey,
  ],
  [
    'password',
    ['poetry config'],
    '\\bpoetry config[ \\t]{1,3}http-basic\\.\\S{1,64}[ \\t]{1,3}\\S{1,80}[ \\t]{1,3}',
    BARE,
    isTyped,
  ],
  [
    'password',
    ['bundle config'],
    '\\bbundle config[ \\t](?:[\\w-]{1,12}[ \\t]{1,3}){0,3}[\\w.-]{3,80}[ \\t]{1,3}[^\\s:]{1,64}:',
    BARE,
    isTyped,
  ],
  ['password', ['ssh-keygen'], '\\bssh-keygen\\b[^\\n|;]{0,120}?[ \\t]-[NP][ \\t]{1,3}', BARE, isTyped],
  [
    'password',
    ['altool', 'notarytool'],
    '\\b(?:altool|notarytool)\\b[^\\n|;]{0,160}?[ \\t](?:-p|--password)[ \\t]{1,3}(?!@)',
    BARE,
    isTyped,
  ],
  ['password', ['security import'], '\\bsecurity import\\b[^\\n|;]{0,160}?[ \\t]-P[ \\t]{1,3}', BARE, isTyped],
  ['key', ['importprivkey'], '\\bimportprivkey[ \\t]{1,3}', KEY, isKey],
  ['key', ['openssl enc', 'openssl aes'], '\\bopenssl (?:enc|aes)[^\\n|;]{0,120}?[ \\t]-K[ \\t]{1,3}', KEY, isKey],
  [
    'secret',
    ['--from-literal'],
    '--from-literal[ =]["\']?[\\w.-]{1,80}=',
    BARE,
    (v) => isTyped(v) && /\d/.test(v) && v.length >= 8,
  ],
  [
    'password',
    ['AUTH '],
    '(?:^|>[ \\t])AUTH (?:[\\w.-]{1,40} )?',
    `${BARE}(?=[ \\t]{0,4}$)`,
    (v) => asPassword(v) && !/^(?:LOGIN|PLAIN|CRAM|XOAUTH|TLS|DIGEST|NTLM)/.test(v),
  ],
  [
    'password',
    ['set password', 'SET PASSWORD'],
    '\\bset password(?: for [^\\n=;]{1,80})?[ \\t]{0,3}=[ \\t]{0,3}',
    "'(?<v>[^'\\s]{3,128})'",
    isTyped,
  ],
  [
    'password',
    ['printf'],
    '\\bprintf[ \\t]{1,3}["\']%s(?:\\\\{1,2}n)?["\'][ \\t]{1,3}',
    `${BARE}(?=["']?[ \\t]{0,3}\\|[ \\t]{0,3}(?:sudo|su|docker|podman|helm|gpg|kinit|cryptsetup)\\b)`,
    isTyped,
  ],
  ['password', ['Key Content'], '\\bKey Content[ \\t]{1,20}:[ \\t]{1,3}', '(?<v>[^\\r\\n]{8,63})', isTyped],
  ['password', [' EAP "', ' XAUTH "'], '(?<=\\s:\\s|^:\\s)(?:EAP|XAUTH|NTLM) ', '"(?<v>[^"\\s]{3,128})"', isTyped],
  [
    'password',
    ['snmp-server community', 'rocommunity', 'rwcommunity'],
    '\\b(?:snmp-server community|r[ow]community)[ \\t]{1,3}',
    '(?<v>[^\\s"]{5,64})',
    (v) => isTyped(v) && !/^(?:public|private|community|default|source|string)$/i.test(v),
  ],
  [
    'password',
    ['ipaddr'],
    '\\bipaddr[ \\t]{0,12}=[^\\n]{3,64}\\n(?:[^\\n]{0,80}\\n){0,3}[ \\t]{0,12}secret[ \\t]{0,12}=[ \\t]{0,4}',
    BARE,
    isTyped,
  ],
  [
    'password',
    ['user: ', 'username: '],
    '^[ \\t]{0,16}user(?:name)?:[ \\t]{1,3}\\S{1,64}[ \\t]{0,3}\\r?\\n[ \\t]{0,16}pass:[ \\t]{1,3}',
    BARE,
    asPassword,
  ],
  [
    'key',
    ['"username'],
    '["\']username\\\\{0,2}["\']\\s{0,3}:\\s{0,3}\\\\{0,2}["\'][\\w.-]{1,64}\\\\{0,2}["\']\\s{0,3},\\s{0,8}\\\\{0,2}["\']key\\\\{0,2}["\']\\s{0,3}:\\s{0,3}',
    '\\\\{0,2}["\'](?<v>[0-9a-f]{32,64})',
    isKey,
  ],
  [
    'key',
    ['algoliasearch('],
    '\\balgoliasearch\\(\\s{0,4}["\']\\w{6,20}["\']\\s{0,3},\\s{0,8}',
    '["\'](?<v>[0-9a-f]{32})',
    isKey,
  ],
  [
    'key',
    ['Client(', 'SDK(', 'Api(', 'API('],
    '(?:Client(?:V\\d)?|SDK|A[Pp][Ii])\\(\\s{0,4}',
    '["\'](?<v>[A-Za-z0-9_-]{32,100})["\']\\s{0,3}[,)]',
    (v) => isKey(v) && !/^[0-9a-f-]+$/i.test(v),
  ],
  [
    'key',
    ['set -', 'setenv '],
    '\\b(?:set(?:[ \\t]{1,3}-\\w{1,6}){1,3}|setenv)[ \\t]{1,3}(?<n>[A-Z][A-Z0-9_]{2,60})[ \\t]{1,3}',
    BARE,
    isTyped,
  ],
  [
    'password',
    ['type="password', "type='password"],
    '<input\\b[^<>]{0,120}?\\btype=\\\\{0,2}["\']password[^<>]{0,120}?\\bvalue=',
    '\\\\{0,2}["\'](?<v>[^"\'<>\\s\\\\]{4,128})',
    asPassword,
  ],
  ['key', ['/deploy/srv-'], '\\/deploy\\/srv-[\\w-]{8,40}\\?key=', '(?<v>[\\w-]{8,64})', isTyped],
  [
    'token',
    SENT.flatMap((word) => [`/${word}`, `-${word}`]),
    'https?:\\/\\/[\\w.:-]{3,120}\\/(?:[\\w-]{1,40}\\/){0,4}?[\\w-]{0,24}(?:reset|invite|magic|activat|confirm|verify)[\\w-]{0,20}\\/',
    '(?<v>[\\w-]{20,200})(?![\\w-])',
    looksRandom,
  ],
  [
    'authorization',
    ['Splunk '],
    '\\bauthorization\\\\{0,3}["\']?[ \\t]{0,2}:[ \\t]{0,3}\\\\{0,3}["\']?Splunk[ \\t]{1,3}',
    KEY,
    isKey,
  ],
  [
    'authorization',
    ['-H '],
    '(?<=\\s)(?:-H|--header)[ \\t=]{1,3}\\\\{0,2}["\']?(?:[\\w-]{1,40}-)?(?:token|key|secret|team)[ \\t]{0,2}:[ \\t]{0,3}',
    KEY,
    isKey,
  ],
  [
    'authorization',
    ['-Token: ', '-token: ', '-honeycomb-team: '],
    '(?<![\\w-])x-(?:[\\w-]{1,48}token|honeycomb-team):[ \\t]{1,3}',
    KEY,
    isKey,
  ],
  [
    'cookie',
    [
      'connect.sid=',
      'PHPSESSID=',
      'JSESSIONID=',
      'laravel_session=',
      '_session=',
      'sessionid=',
      'SessionId=',
      'session-token=',
      '__session=',
    ],
    '(?:connect\\.sid|PHPSESSID|JSESSIONID|laravel_session|_session|sessionid|ASP\\.NET_SessionId|session-token|__session)=(?:s%3A)?',
    '(?<v>[\\w.%+/-]{20,4096})',
    (v) => isKey(v.replace(/%../g, '')),
  ],
  [
    'private-key',
    ['id.json', 'keypair', 'secretKey', 'secret_key'],
    '\\b(?:id\\.json|keypair|secret_?[kK]ey)[^\\[\\n]{0,40}[\\n =:]{0,4}',
    '(?<v>\\[(?:\\s{0,4}\\d{1,3},){63}\\s{0,4}\\d{1,3}\\s{0,4}\\])',
    (v) => !/\d{4}/.test(v),
  ],
];

/** What must come after a word that is common, for the fast look to care; a line end is nothing to it. */
const FOLLOWED: Readonly<Record<string, RegExp>> = {
  printf: /^[ \t]{1,3}["']%s/,
  'set -': /^\w{1,6}[ \t]{1,3}(?:-\w{1,6}[ \t]{1,3}){0,2}[A-Z][A-Z0-9_]{2}/,
  'setenv ': /^[A-Z][A-Z0-9_]{2}/,
  'user: ': /^\S{1,64}\s{0,20}pass:/,
  'username: ': /^\S{1,64}\s{0,20}pass:/,
  '-H ': /^\\{0,2}["']?[\w-]{0,40}(?:token|key|secret|team)[ \t]{0,2}:/i,
  'id.json': /^[^[]{0,60}\[\s{0,4}\d{1,3},/,
  keypair: /^[^[]{0,60}\[\s{0,4}\d{1,3},/,
  secretKey: /^[^[]{0,60}\[\s{0,4}\d{1,3},/,
  secret_key: /^[^[]{0,60}\[\s{0,4}\d{1,3},/,
  'Client(': /^\s{0,4}["'][\w-]{32}/,
  'SDK(': /^\s{0,4}["'][\w-]{32}/,
  'Api(': /^\s{0,4}["'][\w-]{32}/,
  'API(': /^\s{0,4}["'][\w-]{32}/,
  ...Object.fromEntries(
    SENT.flatMap((word) => [`/${word}`, `-${word}`]).map((text) => [text, /^[\w-]{0,20}\/[\w-]{20}/]),
  ),
};

export const toolLogins: readonly TellingPlace[] = TOOLS.map(([rule, words, before, value, accepts]) => ({
  rule,
  literals: words.map((text) => ({ text, ...(FOLLOWED[text] !== undefined && { follow: FOLLOWED[text] }) })),
  pattern: new RegExp(before + value, /^authorization$/.test(rule) || before.includes('set password') ? 'dgim' : 'dgm'),
  accepts: (found: string, match: RegExpExecArray) =>
    match.groups?.n === undefined ? accepts(found) : judgeAssignment(match.groups.n, found, 'shell') === 'secret',
}));
