/** Passwords in files whose form alone tells: docker's, netrc, pgpass, htpasswd, shadow, XML, SQL, lists of name and value. */
/** Such files are printed whole by `cat`, so the form of the file is all that there is to go by. */

import { judgeAssignment } from '../judging/named-value.ts';
import { isPlaceholder } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';

const typed = (value: string) => !isPlaceholder(value) && !/^(?:%s|\?|:\w+|@\w+|[A-Z][A-Z_]+)$/.test(value);

export const loginFiles: readonly TellingPlace[] = [
  {
    rule: 'password',
    literals: ['auth"', 'auth\\', "auth'", '_auth'].map((text) => ({ text, follow: /^["']?\s{0,4}[:=]|\\/ })),
    pattern: /\b_?auth\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["']?(?<v>[A-Za-z0-9+/]{8,400}={0,2})/dg,
    accepts: isLogin,
  },
  {
    rule: 'password',
    literals: [{ text: 'login', folded: true, follow: /^\s[^\n]{1,140}password/i, reach: 160 }],
    pattern:
      /\b(?:machine\s{1,8}[\w.*:-]{1,253}|default)\s{1,8}login\s{1,4}\S{1,128}\s{1,8}password\s{1,8}(?<v>[^\s"'\\]{3,256})/dgi,
    accepts: (value, match) =>
      typed(value) && !(/^[\w.-]*@[\w.-]*$/.test(value) && /\slogin\s{1,4}(?:anonymous|ftp)\s/i.test(match[0])),
  },
  {
    rule: 'password',
    literals: [':543', ':544', ':643', ':654', ':*:'].map((text) => ({ text, follow: /^\d{0,2}:?[\w*-]{1,64}:/ })),
    pattern:
      /(?<=^|[\s"'`→|])[\w.*/-]{1,253}:(?:54[34]\d|6432|6543|\*):[\w*-]{1,64}:[\w*.-]{1,64}:(?<v>[^\s:"'`\\]{3,128})(?=$|[\s"'`\\])/dgm,
    accepts: typed,
  },
  {
    rule: 'password',
    literals: [
      'password>',
      'passwd>',
      'passphrase>',
      'secret>',
      'token>',
      'pwd>',
      'apikey>',
      'api-key>',
      'api_key>',
    ].flatMap((text) => [
      { text, folded: true, follow: /^[^<\s]{3}/ },
      { text: text.replace('>', ' '), folded: true, follow: /^[^<>]{1,160}>[^<\s]{3}/, reach: 180 },
    ]),
    pattern:
      /<(?<n>[\w:.-]{0,48}(?:password|passwd|passphrase|pwd|secret|token|api[-_]?key))(?:\s[^<>]{0,160})?>(?<v>[^<>\s]{3,512})<\//dgi,
    accepts: (value, match) => {
      const name = (match.groups?.n ?? '').replace(/^.*:/, '');
      const verdict = judgeAssignment(name, value, 'quoted');
      if (!/(?:password|passwd|passphrase|pwd)$/i.test(name))
        return verdict === 'none' ? false : verdict === 'secret' || 'doubtful';
      return typed(value) && !/^(?:string|xs:\w+|\{.*\})$/.test(value);
    },
  },
  {
    // <property name="…password">…</property>, <name>secret.key</name><value>…</value>, <Password><Value>…
    rule: 'password',
    literals: [
      ...['password">', 'passwd">', 'secret">', 'token">', 'key">', 'passphrase">'].map((text) => ({
        text,
        folded: true,
        follow: /^[^<\s]{3}/,
      })),
      ...['</name>', '</key>', 'password>', 'password-'].map((text) => ({
        text,
        folded: true,
        follow: /^(?:\s{0,40}<(?:value|string)>|\w{1,20}\s[^<>]{0,40}value=)/i,
      })),
    ],
    pattern:
      /(?:\bname="(?<n>[\w.-]{0,80}(?:password|passwd|passphrase|secret|token|key))">|<(?:name|key)>(?<a>[\w. -]{0,80}(?:password|passwd|passphrase|secret|token|key))<\/(?:name|key)>\s{0,40}<(?:value|string)>|<(?<b>\w{0,40}password)>\s{0,40}<value>|<(?<c>\w{0,20}password)-\w{1,20}\s[^<>]{0,60}?value=")(?<v>[^<>\s"]{3,512})(?=<|")/dgi,
    accepts: (value, { groups: { n, a, b, c } = {} }) =>
      judgeAssignment((n ?? a ?? b ?? c ?? '').replace(/^.*[. ](?=\w+[. ]\w+$)/, ''), value, 'quoted') === 'secret',
  },
  {
    // lines of configurations with a blank between name and value
    rule: 'password',
    literals: ['password ', 'passwd ', 'Pass '].map((text) => ({ text, follow: /^(?:[057] )?[^\s"']{8}/ })),
    pattern:
      /(?<=^[ \t]{0,16}(?:[\w-]{1,24} ){0,6}(?:insecure-)?(?:password|passwd)(?: [057])? |(?<=^User \S{1,64}\r?\n)Pass )(?<v>[^\s"'`<>()/.,:;$%{}[\]]{8,128})(?=[ \t]{0,8}\r?$)/dgm,
    accepts: (value) =>
      typed(value) &&
      /\d/.test(value) &&
      /[a-z][A-Z\d]|\d[A-Za-z]/.test(value) &&
      judgeAssignment('password', value, 'quoted') === 'secret',
  },
  {
    rule: 'password',
    literals: [
      { text: 'PSK "' },
      { text: ' IDENTIFY ' },
      { text: 'createUser ', follow: /^\S{1,64} (?:MD5|SHA)/ },
      { text: ']:587' },
      { text: ']:465' },
    ],
    pattern:
      /(?<=: PSK "|\bNickServ[ :]{1,3}IDENTIFY (?:\S{1,32} )?|\bcreateUser \S{1,64} (?:MD5|SHA[\w-]{0,5}) "?|^\[[\w.-]{3,80}\]:(?:587|465)\s{1,8}[^\s:]{1,80}:)(?<v>[^\s"]{5,128})(?=["\s]|$)/dgm,
    accepts: typed,
  },
  {
    rule: 'password-hash',
    literals: [
      '$apr1$',
      '$2a$',
      '$2b$',
      '$2y$',
      '$argon2',
      '$1$',
      '$5$',
      '$6$',
      '$7$',
      '$y$',
      '$gy$',
      '$8$',
      '$9$',
      '$scrypt$',
      '$pbkdf2',
    ].map((text) => ({ text, follow: /^[\w./+$=,-]{16}/ })),
    pattern:
      /\$(?:apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|[89]\$[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}|2[aby]\$\d\d\$[./A-Za-z0-9]{53}|[156]\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}|(?:7|y|gy)\$[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{1,64}\$[./A-Za-z0-9]{20,64}|argon2(?:id?|d)\$[\w=,$]{1,48}\$[A-Za-z0-9+/]{8,96}\$[A-Za-z0-9+/]{16,128}|scrypt\$[\w=,]{1,48}\$[A-Za-z0-9+/.]{8,96}\$[A-Za-z0-9+/.]{16,128}|pbkdf2(?:-sha\d{1,3})?\$\d{1,9}\$[A-Za-z0-9+/.]{8,96}\$[A-Za-z0-9+/.]{16,128})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    rule: 'password-hash',
    literals: ['{SHA}', '{SSHA', '{CRYPT}', '{PBKDF2'].map((text) => ({ text })),
    pattern: /\{(?:S?SHA\d{0,3}|CRYPT|PBKDF2[\w-]{0,12})\}(?<v>[A-Za-z0-9+/=$.,]{20,256})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    rule: 'password',
    literals: [{ text: 'password', folded: true, follow: /^\s{0,4}[=(]?\s{0,2}N?\\{0,2}'/i }],
    pattern: /(?<![\w'"`.-])password(?:\s{1,4}|\s{0,2}[=(]\s{0,2})N?\\{0,2}'(?<v>[^'\r\n\\]{3,256})/dgi,
    // a function of that name is called with words, too; SQL's is written large
    accepts: (value, match) =>
      typed(value) && !/\s/.test(value) && (/\d/.test(value) || !/^password\s{0,2}\(/.test(match[0])),
  },
  {
    rule: 'password',
    literals: [{ text: 'identified', folded: true, follow: /^\s{0,8}(?:by|with|as)/i }],
    pattern:
      /\bidentified\s{1,8}(?:with\s{1,8}["'`]?\w{1,40}["'`]?\s{1,8})?(?:by|as)\s{1,8}(?:password\s{1,8})?\\{0,2}["'](?<v>[^"'\r\n\\]{3,256})/dgi,
    // in a sentence it is written small, and what somebody is identified by is a word
    accepts: (value, match) => typed(value) && !/\s/.test(value) && (/\d/.test(value) || /'|IDENTIFIED/.test(match[0])),
  },
  {
    rule: 'password',
    // the word behind the name, because names are everywhere
    literals: [
      {
        text: 'value',
        folded: true,
        before:
          /(?:pass|pwd|secret|token|credential|key|sid|sess|pin|otp|pat|code|cv[vc]|kennwort)[\w.-]{0,12}\\{0,3}["']?[\s,]{0,46}\\{0,3}["']?$/i,
      },
    ],
    pattern:
      /\b(?:parameter|option)?(?:name|key|variable)\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["']?(?<n>[A-Za-z][\w.-]{1,80})\\{0,3}["']?\s{0,4},?\s{0,40}\\{0,3}["']?(?:parameter|option)?value\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["']?(?<v>[^"'\s\\,}]{3,512})/dgi,
    accepts: acceptsNamed,
  },
  {
    rule: 'password',
    literals: [
      {
        text: 'value',
        folded: true,
        follow:
          /^\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["'][^"'\s\\]{3,128}\\{0,3}["'][\s,]{0,46}\\{0,3}["']?(?:name|key|var)/i,
        reach: 220,
      },
    ],
    pattern:
      /\bvalue\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["'](?<v>[^"'\s\\]{3,128})\\{0,3}["']\s{0,4},?\s{0,40}\\{0,3}["']?(?:name|key|variable)\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["'](?<n>[A-Za-z][\w.-]{1,80})/dgi,
    accepts: acceptsNamed,
  },
  {
    rule: 'mnemonic',
    literals: [
      'mnemonic',
      'seed phrase',
      'seed_phrase',
      'seedphrase',
      'recovery phrase',
      'recovery_phrase',
      'seed words',
      'secret phrase',
      'wallet seed',
    ].map((text) => ({ text, folded: true, follow: /[a-z]{3,8} [a-z]{3,8} [a-z]{3,8} /, reach: 80 })),
    pattern:
      /\b(?:mnemonic|seed[ _-]?phrase|recovery[ _-]?phrase|secret[ _-]?phrase|seed[ _-]?words|wallet[ _-]?seed)s?\\{0,3}["'`]?[ \t]{0,4}(?:(?:is|are|=|:|:=|=>)[ \t]{0,4}){0,2}\r?\n?[ \t]{0,4}\\{0,3}["'`]?(?<v>[a-z]{3,8}(?:[ \t]{1,2}[a-z]{3,8}){11,23})(?![a-z])/dgi,
    accepts: isMnemonic,
  },
];

/** Twelve to twenty-four words of a wallet (BIP 39): never three in a row as people speak. */
export function isMnemonic(value: string): boolean {
  const words = value.trim().toLowerCase().split(/\s+/);
  return (
    [12, 15, 18, 21, 24].includes(words.length) &&
    words.every((word) => /^[a-z]{3,8}$/.test(word) && !NO_SEED_WORD.test(word))
  );
}

const NO_SEED_WORD =
  /^(?:the|and|for|are|you|your|was|were|our|has|had|but|not|its|his|her|should|would|which|from|into|words?s)$/;

/** `name:password` in base64. */
export function isLogin(value: string): boolean {
  const text = Buffer.from(value, 'base64').toString('latin1');
  return /^[\x20-\x7e]{1,128}:[\x20-\x7e]{3,256}$/.test(text) && !isPlaceholder(text.slice(text.indexOf(':') + 1));
}

function acceptsNamed(value: string, match: RegExpExecArray): boolean | 'doubtful' {
  const verdict = judgeAssignment(match.groups?.n ?? '', value, 'quoted');
  return verdict === 'none' ? false : verdict === 'secret' || 'doubtful';
}
