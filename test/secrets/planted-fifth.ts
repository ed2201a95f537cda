/** Planted secrets of a fifth round: what a list of 408 kinds, written before the rules were opened, showed as missed. */
/** Answers that commands print, sentences, tables, codes of recovery, tools with options of their own, numbers of persons behind a label. */

import { random, randomDigits, randomHex, randomUpper } from './made-up.ts';
import type { Planted } from './planted.ts';

let seed = 600;
const r = (length: number, alphabet?: string) => random(length, seed++, alphabet);
const hex = (length: number) => randomHex(length, seed++);
const up = (length: number) => randomUpper(length, seed++);
const dig = (length: number) => randomDigits(length, seed++);
const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-b${hex(3)}-${hex(12)}`;
const b64 = (text: string) => Buffer.from(text).toString('base64');
const pw = () => `${r(5)}-${r(4)}!${dig(2)}`;
const URL64 = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';

type Row = readonly [kind: string, secret: string, write: (secret: string) => string];

const rows: readonly Row[] = [
  ['terraform output -raw', pw(), (s) => `$ terraform output -raw db_password\n${s}`],
  ['scaleway', uuid(), (s) => `scw config set secret-key=${s}`],
  ['render deploy hook', r(11), (s) => `curl https://api.render.com/deploy/srv-${r(20)}?key=${s}`],
  [
    'jenkins user token',
    `11${hex(32)}`,
    (s) => `java -jar jenkins-cli.jar -s https://ci.acme.dev -auth admin:${s} list-jobs`,
  ],
  ['sonar login', `${hex(40)}`, (s) => `sonar-scanner -Dsonar.host.url=https://s.acme.dev -Dsonar.login=${s}`],
  ['codecov', uuid(), (s) => `codecov -t ${s} -f coverage.xml`],
  ['snyk', uuid(), (s) => `snyk auth ${s}`],
  ['vault approle', uuid(), (s) => `vault write auth/approle/login role_id=${uuid()} secret_id=${s}`],
  ['op item get', pw(), (s) => `$ op item get "Prod DB" --fields password --reveal\n${s}`],
  ['redis AUTH', r(20), (s) => `127.0.0.1:6379> AUTH default ${s}\nOK`],
  ['sql set password', pw(), (s) => `SET PASSWORD FOR 'root'@'localhost' = '${s}';`],
  ['rails master key', hex(32), (s) => `$ cat config/master.key\n${s}`],
  [
    'nats nkey seed',
    `SUA${r(55, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
    (s) => `-----BEGIN USER NKEY SEED-----\n${s}\n------END USER NKEY SEED------`,
  ],
  ['windows netsh', r(12), (s) => `Security settings\n    Authentication : WPA2\n    Key Content            : ${s}`],
  ['ipsec xauth', pw(), (s) => `joe : EAP "${s}"`],
  ['cisco enable secret', `$9$${r(14)}$${r(43)}`, (s) => `enable secret 9 ${s}`],
  ['snmp', r(10), (s) => `snmp-server community ${s} RO`],
  ['radius', r(14), (s) => `client ap1 {\n  ipaddr = 10.0.0.3\n  secret = ${s}\n}`],
  ['ssh-keygen -N', r(14), (s) => `ssh-keygen -t ed25519 -N '${s}' -f k`],
  [
    'altool',
    `${r(4, 'abcdefghijklmnop')}-${r(4, 'abcdefghijklmnop')}-${r(4, 'qrstuvwxyz')}-${r(4, 'ghijklmno')}`,
    (s) => `xcrun altool --upload-app -f x.ipa -u dev@acme.dev -p ${s}`,
  ],
  ['p12 import', pw(), (s) => `security import cert.p12 -k build.keychain -P '${s}' -T /usr/bin/codesign`],
  ['yarnrc', uuid(), (s) => `npmScopes:\n  acme:\n    npmAuthToken: "${s}"`],
  ['poetry', r(20), (s) => `poetry config http-basic.acme ci ${s}`],
  ['bundle config', r(20), (s) => `bundle config set --global gems.contribsys.com ${hex(8)}:${s}`],
  [
    'k8s secret other name',
    b64(r(24)),
    (s) => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: stripe\ndata:\n  live: ${s}\ntype: Opaque`,
  ],
  ['kubectl create secret', r(18), (s) => `kubectl create secret generic db --from-literal=pw=${s}`],
  ['kubectl jsonpath', r(18), (s) => `$ kubectl get secret db -o jsonpath='{.data.password}' | base64 -d\n${s}`],
  [
    'k3s node token',
    `K10${hex(64)}::server:${hex(32)}`,
    (s) => `$ sudo cat /var/lib/rancher/k3s/server/node-token\n${s}`,
  ],
  ['document.cookie', r(32), (s) => `> document.cookie\n"theme=dark; connect.sid=s%3A${s}.${r(20)}"`],
  ['reset link', r(43, URL64), (s) => `https://app.acme.dev/password/reset/${s}?email=joe%40acme.dev`],
  [
    'saml response',
    b64(
      `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><saml:Assertion ID="_${hex(32)}"><ds:SignatureValue>${r(80)}</ds:SignatureValue></saml:Assertion></samlp:Response>`,
    ),
    (s) => `SAMLResponse=${encodeURIComponent(s)}`,
  ],
  [
    'saml form',
    b64(
      `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><saml:Assertion ID="_${hex(32)}"></saml:Assertion></samlp:Response>`,
    ),
    (s) => `<input type="hidden" name="SAMLResponse" value="${s}"/>`,
  ],
  ['datadog app key header', hex(40), (s) => `-H "DD-APPLICATION-KEY: ${s}"`],
  ['splunk hec', uuid(), (s) => `curl -H "Authorization: Splunk ${s}" https://splunk:8088/services/collector`],
  ['honeycomb', r(22), (s) => `x-honeycomb-team: ${s}`],
  ['cohere', r(40), (s) => `co = cohere.Client("${s}")`],
  [
    'mailgun',
    `${hex(32)}-${hex(8)}-${hex(8)}`,
    (s) => `curl -s --user 'api:key-${s}' https://api.mailgun.net/v3/x/messages`,
  ],
  ['postmark', uuid(), (s) => `X-Postmark-Server-Token: ${s}`],
  ['algolia admin', hex(32), (s) => `algoliasearch('APPID12345', '${s}') // admin key`],
  ['salesforce', `00D${r(12)}!${r(90)}`, (s) => `sf org display\nAccess Token  ${s}`],
  ['totp setup key', 'JBSWY3DPEHPK3PXPKRUGS4ZA', (s) => `Can't scan? Enter this setup key: ${s}`],
  ['oathtool', 'NB2W45DFOIZA4XKQPJSGKZLL', (s) => `oathtool --totp -b ${s}`],
  ['otp code', dig(6), (s) => `Your verification code is ${s}. It expires in 10 minutes.`],
  [
    'recovery codes',
    `${hex(5)}-${hex(5)}`,
    (s) => `Recovery codes\n${hex(5)}-${hex(5)}\n${s}\n${hex(5)}-${hex(5)}\nKeep them safe.`,
  ],
  [
    'backup codes numeric',
    `${dig(4)} ${dig(4)}`,
    (s) => `Your backup codes:\n1. ${dig(4)} ${dig(4)}\n2. ${s}\n3. ${dig(4)} ${dig(4)}`,
  ],
  ['bitlocker', Array.from({ length: 8 }, () => dig(6)).join('-'), (s) => `Recovery Key:\n${s}`],
  ['filevault', Array.from({ length: 6 }, () => up(4)).join('-'), (s) => `FileVault recovery key = '${s}'`],
  ['ssh password in words', r(12), (s) => `the root password is ${s}, please log in and check`],
  ['user says', r(12), (s) => `login: joe / ${s}`],
  ['french', r(12), (s) => `mot de passe : ${s}`],
  ['spanish', r(12), (s) => `contraseña: ${s}`],
  ['chinese', r(12), (s) => `密码:${s}`],
  ['credentials user/pass', r(12), (s) => `Credentials: admin / ${s}`],
  [
    'btc wif',
    `L${random(51, 777, '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz')}`,
    (s) => `bitcoin-cli importprivkey ${s}`,
  ],
  ['solana', JSON.stringify(Array.from({ length: 64 }, (_, i) => (i * 37 + 11) % 256)), (s) => `$ cat id.json\n${s}`],
  [
    'xprv',
    `xprv9s21ZrQH143K${random(96, 778, '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz')}`,
    (s) => `master: ${s}`,
  ],
  ['json escaped thrice token', r(24), (s) => `\\\\\\\\\\\\\\"api_key\\\\\\\\":\\\\\\\\"${s}\\\\\\\\"`],
  ['markdown table', r(14), (s) => `| user | password |\n| --- | --- |\n| admin | ${s} |`],
  [
    'markdown table wide',
    r(14),
    (s) => `| Service | Login | Passwort | URL |\n|---|---|---|---|\n| Grafana | admin | ${s} | https://g |`,
  ],
  ['psql table', r(14), (s) => ` id | email | password\n----+-------+----------\n  1 | a@b.dev | ${s}\n(1 row)`],
  ['mysql table', hex(40), (s) => `+----+-------+\n| id | api_token |\n+----+-------+\n|  1 | ${s} |\n+----+-------+`],
  ['csv', r(14), (s) => `email,password\njoe@acme.dev,${s}`],
  ['tsv', r(14), (s) => `name\tsecret\napi\t${s}`],
  ['html input', r(14), (s) => `<input type="password" name="pw" value="${s}">`],
  ['fish', r(20), (s) => `set -gx API_TOKEN ${s}`],
  ['make var', r(20), (s) => `TOKEN ?= ${s}`],
  ['encryption iv/key', hex(64), (s) => `openssl enc -aes-256-cbc -K ${s} -iv ${hex(32)}`],
  ['pepper', r(20), (s) => `PASSWORD_PEPPER=${s}`],
  ['nostr', `nsec1${r(58, 'abcdefghjklmnpqrstuvwxyz023456789')}`, (s) => `nsec: ${s}`],
  ['dbt profile', r(14), (s) => `      type: postgres\n      user: x\n      pass: ${s}\n      threads: 4`],
  ['kaggle', hex(32), (s) => `{"username":"joe","key":"${s}"}`],
  ['wandb', hex(40), (s) => `wandb login ${s}`],
  ['prompted', r(12), (s) => `Enter password for joe: ${s}`],
  ['su here', r(12), (s) => `printf '%s\\n' '${s}' | sudo -S -v`],
];

/** For a redactor that is told to look for what is personal. */
const personal: readonly Row[] = [
  ['passport label', 'C01X00T47', (s) => `Passport no.: ${s}`],
  ['passport german', 'C01X00T47', (s) => `Reisepassnummer: ${s}`],
  ['tax id label', '47-2915836', (s) => `EIN: ${s}`],
  ['itin', '912-70-1234', (s) => `ITIN ${s}`],
  ['phone local us', '(415) 726-2671', (s) => `Phone: ${s}`],
  ['phone local de', '0171 2345678', (s) => `Tel.: ${s}`],
  ['phone mobile label', '0171/2345678', (s) => `Mobil: ${s}`],
  ['phone fr', '06 12 34 56 78', (s) => `Téléphone : ${s}`],
  ['phone json', '4157262671', (s) => `{"phone_number": "${s}"}`],
  ['driver license', 'D7291846', (s) => `Driver's license: ${s}`],
  ['aadhaar', '2345 6789 0124', (s) => `Aadhaar: ${s}`],
  ['birth date label', '1984-03-12', (s) => `date_of_birth: ${s}`],
  ['cpf', '529.982.247-25', (s) => `CPF: ${s}`],
  ['vat id', 'DE136695976', (s) => `USt-IdNr.: ${s}`],
  ['medicare', '1EG4-TE5-MK73', (s) => `Medicare: ${s}`],
  ['routing', '021000021', (s) => `routing number: ${s}`],
];

const plant = (of: readonly Row[]): readonly Planted[] =>
  of.map(([kind, secret, write]) => ({ kind: `fifth round: ${kind}`, secret, text: write(secret) }));

export const plantedFifth = plant(rows);
export const personalFifth = plant(personal);
