/** Keys and logins in files whose form tells: JWK, RSAKeyValue, what AWS exports, chap-secrets, OpenVPN; and in shells that read or decode them. */
/** What is public of a key stays: only the members that nobody else may have go. */

import { judgeAssignment } from '../judging/named-value.ts';
import { isPlaceholder, looksRandom } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';

const isTyped = (value: string) => !isPlaceholder(value) && !/^(?:%\w+%|[A-Z][A-Z_]+|<.*>)$/.test(value);
const isPassword = (value: string) => judgeAssignment('password', value, 'quoted') === 'secret';
/** How far around a member of a key its object, and how far before a line what says its format, is looked for. */
const AROUND = 4096;

export const keyFiles: readonly TellingPlace[] = [
  {
    // {"kty": "EC", "crv": …, "x": …, "y": …, "d": "…"}
    rule: 'private-key',
    literals: [{ text: '"kty' }, { text: "'kty" }],
    pattern: /["'](?:d|p|q|dp|dq|qi|k)\\{0,3}["']\s{0,4}:\s{0,4}\\{0,3}["'](?<v>[A-Za-z0-9_-]{20,1400})\\{0,3}["']/dg,
    accepts: (value, { input, index }) => {
      const before = input.slice(Math.max(0, index - AROUND), index);
      const after = input.slice(index, index + AROUND);
      const end = after.indexOf('}');
      const object = before.slice(before.lastIndexOf('{') + 1) + (end === -1 ? after : after.slice(0, end));
      return !isPlaceholder(value) && /["']kty\\{0,3}["']\s{0,4}:/.test(object);
    },
  },
  {
    rule: 'private-key',
    literals: [{ text: 'RSAKeyValue' }],
    pattern: /<(?:D|P|Q|DP|DQ|InverseQ)>\s{0,12}(?<v>[A-Za-z0-9+/=\s]{20,1400}?)\s{0,12}<\//dg,
    accepts: (value, { input, index }) =>
      !isPlaceholder(value) && input.slice(Math.max(0, index - AROUND), index).includes('RSAKeyValue'),
  },
  {
    // id and key of AWS beside each other, as its console exports them
    rule: 'aws',
    literals: ['AKIA', 'ASIA'].map((text) => ({ text, follow: /^[A-Z0-9]{16}["']?[,;:|\t ]/ })),
    pattern:
      /(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}["']?(?:[ \t]{0,3}[,;:|][ \t]{0,3}|[ \t]{1,8})["']?(?<v>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/dg,
    accepts: (value) => !isPlaceholder(value) && looksRandom(value),
  },
  {
    // client, server, secret, addresses, in a file or below a comment that says so
    rule: 'password',
    literals: [
      { text: 'chap-secrets' },
      { text: 'pap-secrets' },
      { text: 'client', folded: true, follow: /^\s{1,16}server\s{1,16}secret/i },
    ],
    pattern:
      /^[ \t]{0,4}["']?[\w.@*\\-]{1,64}["']?[ \t]{1,16}["']?[\w.*-]{1,64}["']?[ \t]{1,16}["']?(?<v>[^\s"']{4,128})["']?[ \t]{1,16}(?:\*|-|[\d.:/]{3,40})[ \t]{0,8}\r?$/dgm,
    accepts: (value, { input, index }) =>
      isPassword(value) &&
      /[cp]h?ap-secrets|client\s{1,16}server\s{1,16}secret/i.test(input.slice(Math.max(0, index - AROUND), index)),
  },
  {
    rule: 'password',
    literals: [{ text: '<auth-user-pass>' }],
    pattern: /<auth-user-pass>\s{1,8}\S{1,128}[ \t]{0,4}\r?\n[ \t]{0,8}(?<v>[^\s<][^\r\n<]{2,127})/dg,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: [{ text: 'NEO4J_AUTH' }],
    pattern: /\bNEO4J_AUTH\\{0,3}["']?[ \t]{0,3}[:=][ \t]{0,3}\\{0,3}["']?\w{1,40}\/(?<v>[^\s"'`\\$]{4,128})/dg,
    accepts: isTyped,
  },
  {
    // Twilio's account and what lets into it
    rule: 'twilio',
    literals: [`"AC`, `'AC`].map((text) => ({ text, follow: /^[0-9a-f]{32}/ })),
    pattern:
      /["']AC[0-9a-f]{32}\\{0,2}["']\s{0,3},\s{0,16}(?:\w{1,24}\s?[=:]\s?)?\\{0,2}["'](?<v>[0-9a-f]{32})\\{0,2}["']/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    rule: 'password',
    literals: [{ text: '<<<', before: /\bread[ \t][^\n]{0,80}$/ }],
    pattern:
      /\bread(?:[ \t]{1,3}-\w{1,4}){0,4}[ \t]{1,3}(?<n>\w{2,60})[ \t]{0,3}<<<[ \t]{0,3}\\{0,2}["']?(?<v>[^\s"'`|;&<>\\$]{3,256})/dg,
    accepts: (value, match) =>
      judgeAssignment((match.groups?.n ?? '').replace(/^pass$/i, 'password'), value, 'shell') === 'secret',
  },
  {
    // PASSWORD=$(echo … | base64 -d), -p"$(echo … | base64 --decode)"
    rule: 'password',
    literals: ['base64 -d', 'base64 -D', 'base64 --decode'].map((text) => ({
      text,
      before: /\becho[ \t][^\n]{0,90}\|[ \t]{0,3}$/,
    })),
    pattern:
      /(?<=(?:pass|pwd|secret|token|key|[ \t]-p|[ \t]-a)[\w-]{0,12}[ \t=:]{0,3}\\{0,2}["']?(?:\$\(|`)[ \t]{0,2}echo[ \t]{1,3}(?:-[neE]{1,3}[ \t]{1,3})?\\{0,2}["']?)(?<v>[A-Za-z0-9+/]{8,400}={0,2})(?=\\{0,2}["']?[ \t]{0,3}\|[ \t]{0,3}base64[ \t]{1,3}(?:-[dD]|--decode)\b)/dgi,
    accepts: (value) => {
      const text = Buffer.from(value, 'base64').toString('latin1').trim();
      return /^[\x21-\x7e]{4,256}$/.test(text) && isPassword(text);
    },
  },
];
