/** Secrets that stand in words of people and of programs: behind a command that prints one, in a sentence, in a list of codes. */
/** What is said in a sentence must look made, because sentences are full of words; what a command prints need not. */

import { judgeAssignment } from '../judging/named-value.ts';
import { isPlaceholder, looksRandom } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';

const isPrinted = (value: string) =>
  !isPlaceholder(value) && !/^(?:[~./]|\w+:\/\/)|:$/.test(value) && (/\d/.test(value) || looksRandom(value));
const asPassword = (value: string) => judgeAssignment('password', value, 'quoted') === 'secret';

/** Letters of either case and digits, changing often, or with a mark among them: no word, no name of code, no version. */
function isMade(value: string): boolean {
  if (isPlaceholder(value) || value.length < 8 || /[()[\]{}<>=/\\]|:\/\/|\.\w{2,4}$/.test(value)) return false;
  if (![/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value))) return false;
  const changes = value.match(/[a-z](?![a-z])|[A-Z](?![A-Z])|\d(?!\d)/g)?.length ?? 0;
  return changes > value.length * 0.42 || /[!@#$%^&*?+~]/.test(value);
}

/** Commands that print one secret and nothing else. */
const PRINTS = [
  'terraform output -raw',
  'op item get',
  'op read',
  'pass show',
  'vault kv get -field',
  'vault read -field',
  'secretsmanager get-secret-value',
  'ssm get-parameter',
  'gcloud secrets versions access',
  'keyvault secret show',
  'find-generic-password',
  'kubectl get secret',
  'openssl rand',
  'heroku config:get',
  'doppler secrets get',
  'gh auth token',
  'print-access-token',
  'master.key',
  'node-token',
  '.vault-token',
  'credentials show',
];

/** What people call a password in other languages. */
const ABROAD = ['mot de passe', 'contrase', 'senha', 'wachtwoord', 'has\u0142o', 'пароль', 'パスワード', '비밀번호'];

export const printedSecrets: readonly TellingPlace[] = [
  {
    rule: 'secret',
    literals: PRINTS.map((text) => ({ text })),
    pattern: new RegExp(
      `^[^\\n]{0,80}(?:${PRINTS.map((text) => text.replace(/[.]/g, '\\.')).join('|')})[^\\n]{0,160}\\r?\\n[ \\t]{0,8}(?<v>[^\\s"'\`<>]{8,512})[ \\t]{0,8}$`,
      'dgm',
    ),
    accepts: isPrinted,
  },
  {
    rule: 'password',
    literals: [
      ...ABROAD.map((text) => ({ text, folded: true, follow: /^\S{0,4}\s{0,3}[:：=]/ })),
      ...['密码:', '密码：', '密碼:', '密碼：'].map((text) => ({ text })),
    ],
    pattern:
      /(?:mot de passe|contrase[ñn]y?a|senha|wachtwoord|has\u0142o|пароль|密码|密碼|パスワード|비밀번호)[ \t]{0,3}[:：=][ \t]{0,3}["'`]?(?<v>[^\s"'`<>,;]{5,128})/dgi,
    accepts: asPassword,
  },
  {
    // the root password is …, Enter password for joe: …
    rule: 'password',
    literals: ['password', 'passphrase', 'passcode'].map((text) => ({
      text,
      folded: true,
      follow: /^(?: for \S{1,64}:| (?:\S{1,16} ){0,4}(?:is|was|to))\s{1,3}["'`]?\S{8}/i,
      reach: 180,
    })),
    pattern:
      /\b(?:password|passphrase|passcode)(?: for \S{1,64}:| (?:[^\s:.]{1,16} ){0,4}(?:is|was|to)):?[ \t]{1,3}["'`]?(?<v>[^\s"'`<>,;]{8,128}?)(?=[.,;!?)]?(?:["'`\s]|$))/dgi,
    accepts: isMade,
  },
  {
    // login: joe / …, Credentials: admin / …
    rule: 'password',
    literals: ['login', 'credentials', 'creds', 'account', 'log in'].map((text) => ({
      text,
      folded: true,
      follow: /^(?: with| as| details)?:?[ \t]{1,3}["'`]?[\w.@-]{2,64}["'`]? ?\/ ?\S{8}/,
      reach: 120,
    })),
    pattern:
      /\b(?:login|credentials|creds|account|log in)(?: with| as| details)?:?[ \t]{1,3}["'`]?[\w.@-]{2,64}["'`]? ?\/ ?["'`]?(?<v>[^\s"'`<>,;]{8,128})/dgi,
    accepts: isMade,
  },
  {
    // Your verification code is 599842
    rule: 'pin',
    literals: ['code is', 'code: '].map((text) => ({
      text,
      folded: true,
      follow: /^:?\s{0,3}\d{3}/,
      before: /(?:verification|security|login|access|confirmation|one[- ]time|sign[- ]?in|2fa|mfa|authentication) $/i,
    })),
    pattern:
      /\b(?:verification|security|login|access|confirmation|one[- ]time|sign[- ]?in|2fa|mfa|authentication) code(?: is|:):?[ \t]{1,3}(?<v>\d{3}[- ]?\d{3,5})(?![\w-])/dgi,
    accepts: (value) => !isPlaceholder(value) && !/^123-?456/.test(value),
  },
  {
    // what opens a disk: BitLocker, FileVault
    rule: 'recovery-code',
    literals: [{ text: 'recovery key', folded: true }],
    pattern:
      /\b[Rr]ecovery [Kk]ey[^\n]{0,24}?[\s=:'"]{1,12}(?<v>(?:\d{6}-){7}\d{6}|(?:[A-Z\d]{4}-){5}[A-Z\d]{4})(?![\w-])/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    // whatever a Secret of Kubernetes calls it
    rule: 'secret',
    literals: [{ text: 'kind: Secret' }],
    pattern:
      /(?<=\bkind: Secret\b(?:[^\n]{0,160}\n){1,16}[ \t]{0,8}data:[ \t]{0,4}\r?\n(?:[ \t]{2,12}[\w.-]{1,80}: [^\n]{0,400}\n){0,12}[ \t]{2,12}[\w.-]{1,80}: )(?<v>[A-Za-z0-9+/]{8,4096}={0,2})(?=[ \t]|\r?$)/dgm,
    accepts: (value) => !isPlaceholder(value) && value.length % 4 === 0,
  },
  {
    // the key of a second factor, where it is typed in
    rule: 'totp',
    literals: ['setup key', 'secret key', 'oathtool'].map((text) => ({ text, folded: true, follow: /[A-Z2-7]{16}/ })),
    pattern:
      /\b(?:setup key|secret key|oathtool[^\n]{0,60}?(?:-b|--base32))[ \t]{0,3}[:=]?[ \t]{0,3}["'`]?(?<v>(?:[A-Z2-7]{16,64}|(?:[A-Za-z2-7]{4} ){3,15}[A-Za-z2-7]{4}))(?![\w])/dgi,
    accepts: (value) => /^[A-Z2-7 ]+$|^[a-z2-7 ]+$/.test(value) && /\d/.test(value) && !isPlaceholder(value),
  },
  {
    // what says who somebody is, for as long as it holds
    rule: 'saml',
    literals: ['SAMLResponse', 'SAMLRequest'].map((text) => ({ text, follow: /^[^\n]{1,20}[A-Za-z0-9+/%]{40}/ })),
    pattern:
      /\bSAML(?:Response|Request)\\{0,3}["']?(?:\s?value|\s?[:=]){1,2}=?\s?\\{0,3}["']?(?<v>[A-Za-z0-9+/=%]{60,60000})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
];
