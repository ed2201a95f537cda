/** Secrets as they stand in real sessions, one row for each kind of place: the recall of redaction is measured on them. */
/** Put together at run time, so that no host takes this file for a leak. */

import { gzipSync } from 'node:zlib';
import { join, random, randomDigits, randomHex, randomUpper } from './made-up.ts';
import { github } from './must-go.ts';

export interface Planted {
  readonly kind: string;
  readonly text: string;
  /** No piece of this may be left. */
  readonly secret: string;
}

const PASSWORD = join('hunt', 'er2-Zx9');
const r = random;
const hex = randomHex;

const plant = (kind: string, secret: string, write: (secret: string) => string): Planted => ({
  kind,
  secret,
  text: write(secret),
});
const base64 = (text: string) => Buffer.from(text).toString('base64');
const password = (kind: string, write: (secret: string) => string) => plant(kind, PASSWORD, write);

const commands: readonly Planted[] = [
  password('curl -u', (s) => `curl -u joe:${s} https://api.acme.dev/x`),
  password('curl -u in quotes', (s) => `curl -fsS -u "joe:${s}" https://api.acme.dev/x | jq .`),
  password('curl --user', (s) => `curl --user joe:${s} https://api.acme.dev/x`),
  password('curl --user=', (s) => `curl --user='joe:${s}' https://api.acme.dev/x`),
  password('curl --proxy-user', (s) => `curl --proxy-user joe:${s} -x proxy:3128 https://acme.dev`),
  password('curl over lines', (s) => `curl -X POST \\\n  -u joe:${s} \\\n  https://api.acme.dev/x`),
  plant('curl -b', r(24, 1), (s) => `curl -b "session=${s}" https://acme.dev`),
  plant('curl --cookie', r(24, 2), (s) => `curl --cookie 'auth=${s}; theme=dark' https://acme.dev`),
  plant('curl -H cookie', r(24, 3), (s) => `curl -H 'Cookie: sid=${s}' https://acme.dev`),
  plant('curl -H authorization', r(32, 4), (s) => `curl -H "Authorization: Bearer ${s}" https://acme.dev`),
  plant('curl -H x-api-key', r(32, 5), (s) => `curl -H 'X-API-Key: ${s}' https://acme.dev`),
  password('curl -d password', (s) => `curl -d 'user=joe&password=${s}' https://acme.dev/login`),
  password('wget --password', (s) => `wget --user joe --password ${s} https://acme.dev/x`),
  password('http -a', (s) => `http -a joe:${s} https://acme.dev/x`),
  password('mysql -p', (s) => `mysql -u root -p${s} app -e 'select 1'`),
  password('mysql -p in quotes', (s) => `mysql -u root -p'${s}' app`),
  password('mysqldump --password', (s) => `mysqldump --password=${s} app > x.sql`),
  password('mariadb -p', (s) => `mariadb -h db -uroot -p${s}`),
  password('PGPASSWORD', (s) => `PGPASSWORD=${s} psql -h db -U app`),
  password('sshpass -p', (s) => `sshpass -p ${s} ssh joe@host uptime`),
  password('sshpass -p in quotes', (s) => `sshpass -p '${s}' scp a joe@host:b`),
  password('redis-cli -a', (s) => `redis-cli -h cache -a ${s} ping`),
  password('redis-cli --pass', (s) => `redis-cli --pass ${s} ping`),
  password('docker login -p', (s) => `docker login -u joe -p ${s} registry.example`),
  password('docker login --password', (s) => `docker login -u joe --password ${s} registry.example`),
  password('echo | docker login', (s) => `echo ${s} | docker login -u joe --password-stdin`),
  password('podman login -p', (s) => `podman login -u joe -p ${s} quay.io`),
  password('helm registry login', (s) => `helm registry login -u joe -p ${s} registry.example`),
  password('az login -p', (s) => `az login -u joe@acme.dev -p ${s}`),
  password('echo | sudo -S', (s) => `echo ${s} | sudo -S apt-get update`),
  password('echo in quotes | sudo -S', (s) => `echo "${s}" | sudo -kS whoami`),
  password('printf | sudo -S', (s) => `printf '${s}\\n' | sudo -S id`),
  password('sudo -S <<<', (s) => `sudo -S id <<< "${s}"`),
  password('chpasswd', (s) => `echo "joe:${s}" | chpasswd`),
  password('passwd --stdin', (s) => `echo '${s}' | passwd --stdin joe`),
  password('mongosh -p', (s) => `mongosh --host db -u root -p ${s}`),
  password('mongodump --password', (s) => `mongodump --password=${s} --out x`),
  password('7z -p', (s) => `7z x -p${s} backup.7z`),
  password('unzip -P', (s) => `unzip -P ${s} backup.zip`),
  password('sqlcmd -P', (s) => `sqlcmd -S db -U sa -P '${s}'`),
  password('ldapsearch -w', (s) => `ldapsearch -D cn=admin -w ${s} -b dc=acme`),
  password('smbclient -U', (s) => `smbclient //srv/x -U joe%${s}`),
  password('keytool -storepass', (s) => `keytool -list -keystore a.jks -storepass ${s}`),
  password('openssl -passin', (s) => `openssl rsa -in k.pem -passin pass:${s} -out k2.pem`),
  password('htpasswd -b', (s) => `htpasswd -bc .htpasswd joe ${s}`),
  password('gpg --passphrase', (s) => `gpg --batch --passphrase ${s} -d x.gpg`),
  plant('gh --token', r(40, 6), (s) => `tool --token ${s} list`),
  plant('npm config set', r(36, 7), (s) => `npm config set //registry.example/:_authToken=${s}`),
  plant('export', r(32, 8), (s) => `export SERVICE_TOKEN=${s}`),
  plant('set in PowerShell', r(32, 9), (s) => `$env:SERVICE_TOKEN = "${s}"`),
  plant('setx in cmd', r(32, 10), (s) => `set API_KEY=${s}`),
  plant('docker -e', r(32, 11), (s) => `docker run -e API_KEY=${s} x`),
  plant('docker --env', r(32, 12), (s) => `docker run --env "API_TOKEN=${s}" x`),
  plant('ENV in a Dockerfile', r(32, 13), (s) => `ENV API_TOKEN=${s}`),
  plant('kubectl --from-literal', r(32, 14), (s) => `kubectl create secret generic x --from-literal=api-key=${s}`),
];

const files: readonly Planted[] = [
  plant('docker auth', base64(`joe:${PASSWORD}`), (s) => `{"auths":{"registry.example":{"auth":"${s}"}}}`),
  plant(
    'docker auth, indented',
    base64(`joe:${PASSWORD}`),
    (s) => `{\n\t"auths": {\n\t\t"x": {\n\t\t\t"auth": "${s}"\n\t\t}\n\t}\n}`,
  ),
  plant('npmrc _auth', base64(`joe:${PASSWORD}`), (s) => `_auth=${s}`),
  password('netrc on a line', (s) => `machine api.acme.dev login joe password ${s}`),
  password('netrc on lines', (s) => `machine api.acme.dev\n  login joe\n  password ${s}\n`),
  password('netrc default', (s) => `default login anonymous password ${s}`),
  password('pgpass', (s) => `db.acme.dev:5432:app:joe:${s}`),
  password('pgpass with stars', (s) => `*:*:*:postgres:${s}`),
  password('Maven settings', (s) => `<server><id>x</id><username>joe</username><password>${s}</password></server>`),
  password('XML element', (s) => `<db:adminPassword>${s}</db:adminPassword>`),
  plant('NuGet ClearTextPassword', PASSWORD, (s) => `<add key="ClearTextPassword" value="${s}" />`),
  plant('htpasswd', join('$ap', 'r1$', r(8, 15), '$', r(22, 16)), (s) => `joe:${s}`),
  plant('htpasswd bcrypt', join('$2', 'y$05$', r(53, 17)), (s) => `joe:${s}`),
  plant('shadow', join('$', '6$', r(16, 18), '$', r(86, 19)), (s) => `root:${s}:19700:0:99999:7:::`),
  plant('shadow yescrypt', join('$', 'y$j9T$', r(22, 20), '$', r(43, 21)), (s) => `root:${s}:19700:0:99999:7:::`),
  plant('LDAP hash', base64(r(24, 22)), (s) => `userPassword: ${join('{SS', 'HA}')}${s}`),
  password('SQL PASSWORD', (s) => `CREATE USER app WITH PASSWORD '${s}';`),
  password('SQL ENCRYPTED PASSWORD', (s) => `ALTER ROLE app WITH ENCRYPTED PASSWORD '${s}';`),
  password('SQL IDENTIFIED BY', (s) => `CREATE USER 'app'@'%' IDENTIFIED BY '${s}';`),
  password('SQL IDENTIFIED WITH BY', (s) => `ALTER USER app IDENTIFIED WITH mysql_native_password BY '${s}';`),
  password('SQL login', (s) => `CREATE LOGIN app WITH PASSWORD = N'${s}';`),
  password('.env', (s) => `DB_HOST=db\nDB_PASSWORD=${s}\nDB_PORT=5432`),
  password('.env with a name behind', (s) => `DB_PASSWORD_PROD=${s}`),
  password('INI', (s) => `[mail]\nuser = joe\npassword = ${s}`),
  password('YAML', (s) => `mail:\n  user: joe\n  password: ${s}\n`),
  password('TOML', (s) => `[db]\npassword = "${s}"\n`),
  password('JSON', (s) => `{"user":"joe","password":"${s}","port":1}`),
  password('JSON in JSON', (s) => JSON.stringify({ body: JSON.stringify({ password: s }) })),
  password('properties', (s) => `spring.datasource.password=${s}`),
  password('connection string', (s) => `Server=db;Database=app;User Id=sa;Password=${s};Encrypt=true`),
  password('JDBC', (s) => `jdbc:postgresql://db/app?user=joe&password=${s}`),
  password('database URL', (s) => `DATABASE_URL=postgres://app:${s}@db.acme.dev:5432/app`),
  password('redis URL', (s) => `redis://:${s}@cache.acme.dev:6379/0`),
  password('amqp URL', (s) => `amqp://joe:${s}@mq.acme.dev`),
  password('git remote', (s) => `origin  https://joe:${s}@git.acme.dev/app.git (fetch)`),
  plant('pair of name and value', PASSWORD, (s) => `{"name": "DB_PASSWORD", "value": "${s}"}`),
  plant('pair without quotes', PASSWORD, (s) => `{ name: 'DB_PASSWORD', value: '${s}' }`),
  plant('pair in YAML', PASSWORD, (s) => `env:\n  - name: DB_PASSWORD\n    value: ${s}\n`),
  plant('pair, value first', r(32, 23), (s) => `{"value": "${s}", "name": "API_TOKEN"}`),
  plant('Terraform variable', PASSWORD, (s) => `variable "db" {}\ndb_password = "${s}"`),
  plant('GitHub secret', r(32, 24), (s) => `env:\n  DEPLOY_KEY: ${s}`),
  plant('AWS credentials', r(40, 25), (s) => `[default]\naws_access_key_id = x\naws_secret_access_key = ${s}`),
  plant('AWS session token', `FwoGZXIvYXdzE${r(200, 26)}==`, (s) => `aws_session_token = ${s}`),
  plant('AWS session token in JSON', `IQoJb3JpZ2luX2Vj${r(200, 27)}`, (s) => `{"Credentials":{"SessionToken":"${s}"}}`),
  plant('private key', r(64, 28), (s) =>
    join('-----BEGIN ', 'PRIVATE ', 'KEY-----\n', s, '\n', r(64, 29), '\n-----END ', 'PRIVATE ', 'KEY-----'),
  ),
  plant('WireGuard', `${r(43, 30)}=`, (s) => `[Interface]\nPrivateKey = ${s}`),
  plant('WireGuard preshared', `${r(43, 31)}=`, (s) => `PresharedKey = ${s}`),
  plant('Rails master key', hex(32, 32), (s) => `RAILS_MASTER_KEY=${s}`),
  plant('Django', r(50, 33), (s) => `SECRET_KEY = '${s}'`),
  plant('Laravel', `base64:${r(43, 34)}=`, (s) => `APP_KEY=${s}`),
];

const tokens: readonly Planted[] = [
  plant('Azure SAS', `${r(41, 35)}%3D`, (s) => `https://x.blob.core.windows.net/c/b?sv=2022-11-02&sp=r&sig=${s}`),
  plant('Azure SAS first', `${r(41, 36)}%3D`, (s) => `https://x.blob.core.windows.net/c?sig=${s}&se=2030`),
  plant('Azure DevOps PAT', random(52, 37, 'abcdefghijklmnopqrstuvwxyz234567'), (s) => `AZURE_DEVOPS_EXT_PAT=${s}`),
  plant('Azure DevOps PAT, new', `${r(76, 38)}${join('AZ', 'DO')}${r(4, 39)}`, (s) => `use ${s} now`),
  plant('Azure client secret', `${r(3, 40)}8${join('Q', '~')}${r(34, 41)}`, (s) => `secret is ${s}`),
  plant('Azure storage key', `${r(86, 42)}==`, (s) => `AccountName=x;AccountKey=${s};EndpointSuffix=core`),
  plant('presigned S3', hex(64, 43), (s) => `https://b.s3.amazonaws.com/k?X-Amz-Expires=900&X-Amz-Signature=${s}`),
  plant(
    'presigned S3 token',
    `IQoJ${r(160, 44)}`,
    (s) => `https://b.s3.amazonaws.com/k?X-Amz-Security-Token=${s}&X-Amz-Expires=900`,
  ),
  plant('signed GCS', hex(128, 45), (s) => `https://storage.googleapis.com/b/k?X-Goog-Expires=9&X-Goog-Signature=${s}`),
  plant('GitLab runner', join('GR', '1348941', r(20, 46)), (s) => `gitlab-runner register --registration ${s}`),
  plant('GitLab runner, new', join('gl', 'rt-', r(20, 47)), (s) => `runner ${s}`),
  plant('Stripe test', join('sk_', 'test_', r(24, 48)), (s) => `stripe.api = ${s}`),
  plant('Stripe restricted test', join('rk_', 'test_', r(24, 49)), (s) => `use ${s}`),
  plant('Twilio key', join('S', 'K', hex(32, 50)), (s) => `twilio ${s}`),
  plant('Twilio auth token', hex(32, 51), (s) => `TWILIO_AUTH_TOKEN=${s}`),
  plant('Twilio auth token in code', hex(32, 52), (s) => `const authToken = '${s}';`),
  plant(
    'Discord bot',
    `${base64(randomDigits(18, 53)).slice(0, 24)}.${r(6, 54)}.${r(38, 55)}`,
    (s) => `client.login(${s})`,
  ),
  plant('Discord webhook', r(68, 56), (s) => `https://discord.com/api/webhooks/${randomDigits(18, 57)}/${s}`),
  plant('Slack webhook', `${r(9, 58)}/${r(11, 59)}/${r(24, 60)}`, (s) => `https://hooks.slack.com/services/${s}`),
  plant(
    'Teams webhook',
    `${hex(8, 61)}-aaaa-bbbb-cccc-${hex(12, 62)}@${hex(8, 63)}/IncomingWebhook/${hex(32, 64)}`,
    (s) => `https://acme.webhook.office.com/webhookb2/${s}`,
  ),
  plant('JWT', `${join('ey', 'J')}${r(20, 65)}.${join('ey', 'J')}${r(60, 66)}.${r(43, 67)}`, (s) => `token ${s}`),
  plant(
    'JWE',
    `${join('ey', 'J')}${r(40, 68)}.${r(90, 69)}.${r(16, 70)}.${r(80, 71)}.${r(22, 72)}`,
    (s) => `got ${s} back`,
  ),
  plant('session_id', r(32, 73), (s) => `session_id=${s}`),
  plant('session_id, hexadecimal', hex(32, 74), (s) => `Set session_id: "${s}"`),
  plant('PHPSESSID', random(26, 75, 'abcdefghijklmnopqrstuvwxyz0123456789'), (s) => `PHPSESSID=${s}`),
  plant('Set-Cookie', r(32, 76), (s) => `Set-Cookie: sid=${s}; Path=/; HttpOnly`),
  plant('hexadecimal behind a label', hex(32, 77), (s) => `API key: ${s}`),
  plant('hexadecimal in a variable', hex(64, 78), (s) => `ENCRYPTION_KEY=${s}`),
  plant('hexadecimal in a member', hex(40, 79), (s) => `{"access_token": "${s}"}`),
  plant('number behind password', '83920174', (s) => `password: ${s}`),
  plant('PIN', '4821', (s) => `PIN: ${s}`),
  plant('one-time code', '482913', (s) => `Your verification code: ${s}`),
  plant('value that begins with $', join('$', 'ecr3t!Pa9s'), (s) => `DB_PASSWORD='${s}'`),
  plant('value that begins with @', join('@', 'dm1n!Pa9s'), (s) => `"password": "${s}"`),
  plant('dotted token', `${r(12, 80)}.${r(24, 81)}.${r(12, 82)}`, (s) => `token: ${s}`),
  plant('dotted token in a variable', `${r(8, 83)}.${r(32, 84)}`, (s) => `HARNESS_TOKEN=${s}`),
  plant(
    'mnemonic',
    'legal winner thank year wave sausage worth useful legal winner thank yellow',
    (s) => `mnemonic: "${s}"`,
  ),
  plant(
    'mnemonic of 24',
    `${'abandon amount liar expire adjust cage candy arch gather drum bullet absurd '.repeat(2).trim()}`,
    (s) => `Seed phrase:\n${s}\n`,
  ),
  plant('JSON Web Key', r(43, 85), (s) => `Authorization: Bearer ${s}`),
  plant('basic authorization', base64(`joe:${PASSWORD}`), (s) => `Authorization: Basic ${s}`),
  plant('SSWS', `00${r(40, 86)}`, (s) => `Authorization: SSWS ${s}`),
  plant('access_token in a link', r(32, 87), (s) => `https://acme.dev/?access_token=${s}&page=2`),
  plant('api_key in a link', r(32, 88), (s) => `https://acme.dev/v1?api_key=${s}`),
  plant('Firebase', `${r(11, 89)}:APA${'91b'}${r(134, 90)}`, (s) => `to ${s}`),
  plant('Mapbox', `${join('sk.ey', 'J')}${r(60, 91)}.${r(22, 92)}`, (s) => `map ${s}`),
  plant('Mailchimp', `${hex(32, 93)}${join('-us', '12')}`, (s) => `key ${s}`),
  plant('Airtable', `${join('pa', 't')}${r(14, 94)}.${hex(64, 95)}`, (s) => `key ${s}`),
  plant('AWS key id', join('AK', 'IA', randomUpper(16, 96)), (s) => `id ${s}`),
  plant('known shape in capitals of a name', github, (s) => `const Token = "${s}"`),
];

const wrapped: readonly Planted[] = [
  plant('base64', github, (s) => base64(`token ${s}`)),
  plant('base64 in base64', github, (s) => base64(base64(`token ${s}`))),
  plant('base64 in JSON in base64', github, (s) => base64(JSON.stringify({ data: base64(`token: ${s}`) }))),
  plant('gzip in base64', github, (s) => gzipSync(`a file with ${s} in it`).toString('base64')),
  plant('hexadecimal', github, (s) => Buffer.from(s).toString('hex')),
  plant('hexadecimal in base64', github, (s) => base64(Buffer.from(`token ${s}`).toString('hex'))),
  plant('xxd', github, (s) => xxd(`first of all the token is ${s} and that is it`)),
  plant('hexdump -C', github, (s) => hexdump(`first of all the token is ${s} and that is it`)),
  plant('over two lines', github, (s) => `${s.slice(0, 17)}\n${s.slice(17)}`),
  plant('over two lines of a diff', github, (s) => `+${s.slice(0, 17)}\n+${s.slice(17)}`),
  plant('percent-encoded', github, (s) => s.replace('_', '%5F')),
  plant('with a zero-width space', github, (s) => `${s.slice(0, 9)}\u200b${s.slice(9)}`),
];

export const planted: readonly Planted[] = [...commands, ...files, ...tokens, ...wrapped];

/** As `xxd` prints a file. */
export function xxd(text: string): string {
  return dump(text, (at, bytes, shown) => {
    const pairs = [...bytes.toString('hex').matchAll(/.{1,4}/g)].join(' ');
    return `${at.toString(16).padStart(8, '0')}: ${pairs.padEnd(39)}  ${shown}`;
  });
}

/** As `hexdump -C` prints a file. */
export function hexdump(text: string): string {
  return dump(text, (at, bytes, shown) => {
    const pairs = [...bytes.toString('hex').matchAll(/../g)].map(String);
    return `${at.toString(16).padStart(8, '0')}  ${`${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`.padEnd(48)}  |${shown}|`;
  });
}

function dump(text: string, line: (at: number, bytes: Buffer, shown: string) => string): string {
  const bytes = Buffer.from(text);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const piece = bytes.subarray(at, at + 16);
    lines.push(line(at, piece, piece.toString('latin1').replace(/[^ -~]/g, '.')));
  }
  return lines.join('\n');
}
