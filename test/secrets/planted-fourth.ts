/** Planted secrets of a fourth round: what a list of 194 kinds, written before the rules were tried on it, showed as missed; with its family. */
/** Files of keys, configurations, sources, shells, and personal numbers; put together at run time like the others. */

import { join, random, randomDigits, randomHex, randomUpper } from './made-up.ts';
import type { Planted } from './planted.ts';

/** With a mark, as generators of passwords write them. */
const PASSWORD = `${random(7, 500)}#${random(6, 501)}7k`;
const KEY = random(43, 502, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_');
const PUBLIC = random(43, 503);
const AWS = random(40, 504);
const ID = join('AK', `IA${randomUpper(16, 505)}`);
const HIDDEN = Buffer.from(PASSWORD).toString('base64');
const RSA = `${random(170, 506)}=`;

type Row = readonly [kind: string, secret: string, write: (secret: string) => string];

const files: readonly Row[] = [
  ['JWK of a curve', KEY, (s) => `{"kty":"EC","crv":"P-256","x":"${PUBLIC}","y":"${PUBLIC}","d":"${s}"}`],
  ['JWK in another order', KEY, (s) => `{"d": "${s}", "crv": "Ed25519", "kty": "OKP", "x": "${PUBLIC}"}`],
  ['JWK of RSA: d', random(342, 507), (s) => `{"kty":"RSA","e":"AQAB","n":"${random(342, 508)}","d":"${s}"}`],
  ['JWK of RSA: qi', random(171, 509), (s) => `{"kty":"RSA","e":"AQAB","n":"${random(342, 508)}","qi":"${s}"}`],
  ['JWK that is shared', KEY, (s) => `{"keys":[{"kty":"oct","alg":"HS256","k":"${s}"}]}`],
  ['JWK in a text in JSON', KEY, (s) => `{"body":"{\\"kty\\":\\"OKP\\",\\"x\\":\\"${PUBLIC}\\",\\"d\\":\\"${s}\\"}"}`],
  ...['D', 'P', 'InverseQ'].map(
    (name): Row => [
      `RSAKeyValue: ${name}`,
      RSA,
      (s) =>
        `<RSAKeyValue><Modulus>${random(342, 510)}==</Modulus><Exponent>AQAB</Exponent><${name}>${s}</${name}></RSAKeyValue>`,
    ],
  ),
  ['AWS credentials CSV', AWS, (s) => `User name,Access key ID,Secret access key\ndeploy,${ID},${s}`],
  ['AWS credentials CSV of two columns', AWS, (s) => `Access key ID,Secret access key\r\n${ID},${s}\r\n`],
  ['AWS id and key with a colon', AWS, (s) => `${ID}:${s}`],
  ['chap-secrets', PASSWORD, (s) => `# client server secret IP\nbob  *  ${s}  *`],
  ['chap-secrets printed', PASSWORD, (s) => `$ sudo cat /etc/ppp/chap-secrets\n"bob" l2tpd "${s}" 10.8.0.7`],
  ['OpenVPN login', PASSWORD, (s) => `<auth-user-pass>\nbob\n${s}\n</auth-user-pass>`],
];

const configurations: readonly Row[] = [
  ['pass in YAML', PASSWORD, (s) => `kind: Secret\nstringData:\n  pass: ${s}`],
  ['pass_phrase', PASSWORD, (s) => `[DEFAULT]\nuser=ocid1.user.oc1..aaaa\npass_phrase=${s}\nkey_file=~/.oci/k.pem`],
  ['pass-phrase in JSON', PASSWORD, (s) => `{"pass-phrase": "${s}"}`],
  ['passphrase in YAML', PASSWORD, (s) => `key: id\npassphrase: ${s}`],
  ['NEO4J_AUTH', PASSWORD, (s) => `NEO4J_AUTH=neo4j/${s}`],
  ['NEO4J_AUTH in YAML', PASSWORD, (s) => `environment:\n  NEO4J_AUTH: "neo4j/${s}"`],
  ['YAML block that is folded', PASSWORD, (s) => `password: >-\n  ${s}\n`],
  ['YAML block as it stands', KEY, (s) => `stringData:\n  api_token: |\n    ${s}\n  other: x`],
];

const sources: readonly Row[] = [
  ['Twilio client', randomHex(32, 511), (s) => `client = Client("AC${randomHex(32, 512)}", "${s}")`],
  ['Twilio client of JavaScript', randomHex(32, 511), (s) => `twilio('AC${randomHex(32, 512)}', '${s}')`],
  ['ENV.fetch of a telling name', KEY, (s) => `ENV.fetch("X_TOKEN", "${s}")`],
  ['ENV.fetch under a telling name', PASSWORD, (s) => `password: ENV.fetch('P', '${s}')`],
  ['os.environ.get under a telling name', PASSWORD, (s) => `PASSWORD = os.environ.get("P", "${s}")`],
  ['read from a string', KEY, (s) => `read -r X_TOKEN <<< "${s}"`],
  ['read in silence', PASSWORD, (s) => `read -s PASS <<< '${s}'`],
  ['base64 behind an option', HIDDEN, (s) => `mysql -u root -p"$(echo ${s} | base64 -d)"`],
  ['base64 given to a name', HIDDEN, (s) => `DB_PASS=$(echo -n '${s}' | base64 --decode)`],
];

/** For a redactor that is told to look for what is personal. */
const personal: readonly Row[] = [
  ['IBAN', account('DE', randomDigits(18, 513)), (s) => `Bitte auf ${s} überweisen`],
  ['IBAN in groups', account('FR', randomDigits(23, 514)).replace(/.{4}(?=.)/g, '$& '), (s) => `IBAN: ${s}.`],
  ['IBAN with letters', account('NL', `ABNA${randomDigits(10, 515)}`), (s) => `{"iban":"${s}"}`],
  ['social security number', '576-46-8943', (s) => `SSN: ${s}`],
  ['social security number of a member', '374-27-7270', (s) => `{"social_security_number":"${s}"}`],
];

const plant = (rows: readonly Row[]): readonly Planted[] =>
  rows.map(([kind, secret, write]) => ({ kind: `fourth round: ${kind}`, secret, text: write(secret) }));

export const plantedFourth = plant([...files, ...configurations, ...sources]);
export const plantedPersonal = plant(personal);

/** The check digits that make the number right: what is left of 98 when it is divided by 97. */
function account(country: string, number: string): string {
  const digits = [...`${number}${country}00`].map((c) => Number.parseInt(c, 36)).join('');
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${number}`;
}
