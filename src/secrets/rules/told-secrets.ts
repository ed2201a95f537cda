/** Secrets that programs say and are told in words of their own: first passwords, protocols of mail, forms, jars of cookies. */
/** Each line is one that nobody but that program writes. */

import { judgeAssignment } from '../judging/named-value.ts';
import { isPlaceholder, looksRandom } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';
import { acceptsCookie } from './context-rules.ts';

/** Letters and digits, as no word of a sentence is. */
const isMade = (value: string) =>
  !isPlaceholder(value) && /[A-Za-z]/.test(value) && /\d/.test(value) && !/^[~./]|:\/\/|[=()]/.test(value);
const isTyped = (value: string) => !isPlaceholder(value) && !/^(?:%\w+%|[A-Z][A-Z_]+|<.*>)$/.test(value);
const isRandom = (value: string) => !isPlaceholder(value) && (looksRandom(value) || /^[0-9a-f]{32,}$/i.test(value));
const asPassword = (value: string) => judgeAssignment('password', value, 'quoted') === 'secret';

export const toldSecrets: readonly TellingPlace[] = [
  {
    // "A temporary password is generated for root@localhost: …", "use the following password to proceed to installation:\n\n…"
    rule: 'password',
    literals: ['temporary', 'following', 'initial', 'generated', 'one-time'].map((text) => ({
      text: `${text} password`,
      folded: true,
      follow: /^[^\n:]{0,60}:/,
    })),
    pattern:
      /\b(?:temporary|following|initial|generated|one-time)[ ]password[^\r\n:]{0,60}:[ \t]{0,4}(?:\r?\n\s{0,12})?(?<v>[^\s"'`<>]{8,64})(?=$|\s)/dgim,
    accepts: isMade,
  },
  {
    rule: 'password',
    literals: [{ text: 'initial-password' }],
    pattern: /\binitial-password\b[^\n]{0,40}\r?\n(?<v>[A-Za-z0-9_-]{12,32})(?=\s)/dg,
    accepts: isMade,
  },
  {
    rule: 'password',
    literals: [{ text: 'New value: ' }],
    pattern: /\bPassword for the \[[\w-]{1,40}\] user successfully reset\.\s{1,8}New value: (?<v>\S{8,64})/dg,
    accepts: isTyped,
  },
  {
    rule: 'key',
    literals: ['Unseal Key', 'Recovery Key'].map((text) => ({ text, follow: /^ \d/ })),
    pattern: /\b(?:Unseal|Recovery) Key \d{1,2}:[ \t]{1,4}(?<v>[A-Za-z0-9+/]{40,100}={0,2})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    rule: 'password',
    literals: [{ text: ' LOGIN ', follow: /^\S{1,128} \S{3}/, reach: 140 }],
    pattern: /(?<=^(?:[A-Z]: |[<>] )?[A-Za-z]{0,4}\d{1,6} LOGIN \S{1,128} )"?(?<v>[^\s"]{3,128})/dgm,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: [
      {
        text: 'PASS ',
        follow: /^\S{3}/,
        before: /(?:USER \S|331[ -]|\+OK)[^\n]{0,90}\s$|(?:331[ -]|\+OK)[^\n]{0,99}$/,
      },
    ],
    pattern:
      /(?<=(?:^|\n)(?:[<>-]{1,4} ?)?(?:USER \S{1,64}|331[ -][^\r\n]{0,80}|\+OK[^\r\n]{0,80})\r?\n(?:[<>-]{1,4} ?)?PASS )(?<v>\S{3,128})/dg,
    accepts: isTyped,
  },
  {
    rule: 'authorization',
    literals: [{ text: 'AUTH PLAIN ', follow: /^[A-Za-z0-9+/]{8}/ }],
    pattern: /\bAUTH PLAIN (?<v>[A-Za-z0-9+/]{8,400}={0,2})/dg,
    accepts: (value) =>
      /^[^\0]{0,128}\0[^\0]{1,128}\0[^\0]{3,256}$/.test(Buffer.from(value, 'base64').toString('latin1')),
  },
  {
    rule: 'authorization',
    literals: [{ text: 'response=', follow: /^\\{0,3}"?[0-9a-f]{32}/ }],
    pattern: /\bDigest [^\r\n]{0,400}?\bresponse=\\{0,3}"?(?<v>[0-9a-f]{32,64})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    rule: 'authorization',
    literals: [{ text: 'AWS4-HMAC-SHA256' }],
    pattern: /\bAWS4-HMAC-SHA256 [^\r\n]{0,600}?\bSignature=(?<v>[0-9a-f]{64})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    // a field of a form: a blank line stands before what it holds
    rule: 'password',
    literals: [{ text: 'form-data', follow: /^; name=/, reach: 20 }],
    pattern:
      /\bform-data; name=\\{0,2}"(?<n>[\w.-]{2,60})\\{0,2}"\r?\n(?:[^\r\n]{1,80}\r?\n){0,2}\r?\n(?<v>[^\r\n]{3,256})/dg,
    accepts: (value, match) => judgeAssignment(match.groups?.n ?? '', value, 'quoted') === 'secret',
  },
  {
    // a jar of cookies, as curl and browsers write it
    rule: 'cookie',
    literals: ['TRUE\t/', 'FALSE\t/'].map((text) => ({ text, follow: /^\S{0,90}\t(?:TRUE|FALSE)\t\d/ })),
    pattern: /\t(?:TRUE|FALSE)\t\/[^\s]{0,200}\t(?:TRUE|FALSE)\t\d{1,16}\t(?<n>[^\s]{1,100})\t(?<v>\S{8,4096})/dg,
    accepts: (value, match) => acceptsCookie(`${match.groups?.n ?? ''}=${value}`),
  },
  {
    // what a browser keeps of a site, as tools print it
    rule: 'cookie',
    literals: ['domain', 'path', 'expires', 'httpOnly'].map((text) => ({
      text,
      before: /value\\{0,3}"\s{0,3}:[^{}]{16,90}$/,
    })),
    pattern:
      /\bname\\{0,3}"\s{0,3}:\s{0,3}\\{0,3}"(?<n>[^"\s\\]{1,80})\\{0,3}",\s{0,40}\\{0,3}"value\\{0,3}"\s{0,3}:\s{0,3}\\{0,3}"(?<v>[^"\s\\]{12,4096})\\{0,3}",\s{0,40}\\{0,3}"(?:domain|path|expires|httpOnly)\b/dg,
    accepts: (value, match) => acceptsCookie(`${match.groups?.n ?? ''}=${value}`),
  },
  {
    rule: 'password',
    literals: [{ text: 'chpasswd' }],
    pattern:
      /(?<=\bchpasswd:[^\n]{0,40}\n(?:[^\n]{0,100}\n){0,12}[ \t]{1,12}(?:- )?[\w.-]{1,40}:)(?<v>[^\s:"'|]{3,128})(?=\s)/dg,
    accepts: asPassword,
  },
  {
    // an ACL of Redis
    rule: 'password',
    literals: ['user ', 'setuser '].map((text) => ({ text, folded: true, follow: /^\S{1,40} [^\n]{0,50}>\S/ })),
    pattern: /\b(?:user|setuser) \S{1,64} (?:[\w~&+@*|-]{1,40} ){0,8}>(?<v>[^\s"'<>]{3,128})/dgi,
    accepts: asPassword,
  },
  {
    rule: 'private-key',
    literals: [{ text: 'OpenVPN Static key' }, { text: 'OpenVPN tls-crypt' }],
    pattern:
      /-----BEGIN OpenVPN [\w -]{4,40}-----\s{1,4}(?<v>[A-Za-z0-9+/=\s]{32,8192}?)(?=\s{0,4}-----END|[^A-Za-z0-9+/=\s-]|$)/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    // gateways to chains: the key is the last part of the address
    rule: 'key',
    literals: ['infura.io/', 'alchemy.com/', 'quiknode.pro/', 'ankr.com/'].map((text) => ({
      text,
      follow: /^[\w/]{20}/,
    })),
    pattern:
      /\b(?:infura\.io|alchemy\.com|quiknode\.pro|ankr\.com)\/(?:[a-z0-9_-]{1,20}\/){0,2}(?<v>[A-Za-z0-9_-]{32,64})(?![\w-])/dg,
    accepts: isRandom,
  },
];
