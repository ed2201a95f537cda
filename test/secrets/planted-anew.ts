/** More planted secrets: configurations, logs and outputs that were written down before any rule was tried on them. */
/** Kept apart from `planted.ts`, because that one grew with the rules; put together at run time like it. */

import { randomHex as hex, join, random as r } from './made-up.ts';
import type { Planted } from './planted.ts';

const PASSWORD = join('Plum', '-Kettle', '47!x');
const plant = (kind: string, secret: string, write: (secret: string) => string): Planted => ({
  kind,
  secret,
  text: write(secret),
});
const password = (kind: string, write: (secret: string) => string) => plant(kind, PASSWORD, write);
const base64 = (text: string) => Buffer.from(text).toString('base64');

const configurations: readonly Planted[] = [
  password(
    'Java properties',
    (s) => `spring.datasource.username=app\nspring.datasource.password=${s}\nserver.port=8080`,
  ),
  password(
    'Spring YAML',
    (s) => `spring:\n  datasource:\n    url: jdbc:postgresql://db/app\n    username: app\n    password: ${s}`,
  ),
  password('JDBC parameters', (s) => `jdbc:mysql://db.acme.io:3306/app?user=app&password=${s}&useSSL=true`),
  password(
    'PHP array',
    (s) => `'mysql' => [\n  'host' => env('DB_HOST'),\n  'username' => 'forge',\n  'password' => '${s}',\n],`,
  ),
  password('WordPress define', (s) => `define( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', '${s}' );`),
  plant('WordPress salt', r(64, 301), (s) => `define('AUTH_KEY', '${s}');`),
  password(
    'Rails database.yml',
    (s) => `production:\n  adapter: postgresql\n  username: shop\n  password: "${s}"\n  pool: 5`,
  ),
  plant('Rails secret_key_base', hex(128, 302), (s) => `production:\n  secret_key_base: ${s}`),
  plant('Ruby constant', r(32, 303), (s) => `STRIPE = Client.new(api_key: '${s}', timeout: 5)`),
  plant('Django settings', r(50, 304), (s) => `DEBUG = False\nSECRET_KEY = '${s}'\nALLOWED_HOSTS = []`),
  password(
    'Django DATABASES',
    (s) => `DATABASES = {'default': {'ENGINE': 'x', 'USER': 'app', 'PASSWORD': '${s}', 'HOST': 'db'}}`,
  ),
  plant(
    'Laravel APP_KEY',
    base64(r(32, 305)),
    (s) => `APP_NAME=Shop\nAPP_ENV=production\nAPP_KEY=base64:${s}\nAPP_DEBUG=false`,
  ),
  password('Laravel mail', (s) => `MAIL_HOST=smtp.acme.io\nMAIL_USERNAME=shop\nMAIL_PASSWORD="${s}"`),
  plant('NextAuth', base64(r(32, 306)), (s) => `NEXTAUTH_URL=https://shop.acme.io\nNEXTAUTH_SECRET=${s}`),
  password('Go struct', (s) => `cfg := Config{\n\tUser:     "app",\n\tPassword: "${s}",\n\tAddr:     "db:5432",\n}`),
  password('Rust builder', (s) => `let pool = Options::new().username("app").password("${s}").connect().await?;`),
  password(
    'C# connection string',
    (s) => `"Default": "Server=db;Database=shop;User Id=app;Password=${s};Encrypt=true"`,
  ),
  plant('appsettings.json', r(44, 307), (s) => `{ "Jwt": { "Issuer": "shop", "SigningKey": "${s}" } }`),
  password('XML attribute', (s) => `<bean class="DataSource"><property name="password" value="${s}"/></bean>`),
  password('Tomcat users', (s) => `<user username="admin" password="${s}" roles="manager-gui"/>`),
  password('web.config', (s) => `<add name="shop" connectionString="Data Source=db;User ID=app;Pwd=${s};"/>`),
  password('INI', (s) => `[client]\nuser = backup\npassword = ${s}\nhost = localhost`),
  plant('TOML', r(40, 308), (s) => `[registries.acme]\nindex = "sparse+https://x"\ntoken = "${s}"`),
  password(
    'Maven settings.xml',
    (s) => `<server>\n  <id>nexus</id>\n  <username>deploy</username>\n  <password>${s}</password>\n</server>`,
  ),
  password('Gradle properties', (s) => `ossrhUsername=joe\nossrhPassword=${s}\nsigning.keyId=ABCD`),
  password('pip.conf', (s) => `[global]\nindex-url = https://joe:${encodeURIComponent(s)}@pypi.acme.io/simple`),
  password('.pypirc', (s) => `[pypi]\nusername = joe\npassword = ${s}`),
  plant('nuget.config', r(30, 309), (s) => `<add key="ClearTextPassword" value="${s}" />`),
  plant('composer auth.json', hex(40, 310), (s) => `{"github-oauth": {"github.com": "${s}"}}`),
  password('composer http-basic', (s) => `{"http-basic": {"repo.acme.io": {"username": "joe", "password": "${s}"}}}`),
  plant('conda token', r(24, 311), (s) => `channels:\n  - https://conda.acme.io/t/tk-${s}/get/main`),
  password('Ansible vars', (s) => `ansible_user: deploy\nansible_ssh_pass: ${s}\nansible_become_pass: "${s}"`),
  password('Grafana ini', (s) => `[security]\nadmin_user = admin\nadmin_password = ${s}`),
  plant('Prometheus', r(32, 312), (s) => `authorization:\n  type: Bearer\n  credentials: ${s}`),
  password('RabbitMQ conf', (s) => `default_user = shop\ndefault_pass = ${s}`),
  password('redis.conf', (s) => `bind 0.0.0.0\nrequirepass ${s}\nappendonly yes`),
  password('wpa_supplicant', (s) => `network={\n  ssid="home"\n  psk="${s}"\n}`),
  plant('WireGuard', `${base64(r(32, 313))}`, (s) => `[Interface]\nPrivateKey = ${s}\nAddress = 10.0.0.2/32`),
];

const outputs: readonly Planted[] = [
  plant(
    'kubectl get secret',
    base64(r(24, 320)),
    (s) => `apiVersion: v1\ndata:\n  api-token: ${s}\nkind: Secret\nmetadata:\n  name: shop`,
  ),
  password('kubectl create secret', (s) => `kubectl create secret generic db --from-literal=password='${s}'`),
  password(
    'kubectl describe env',
    (s) => `    Environment:\n      DB_USER:      app\n      DB_PASSWORD:  ${s}\n      PORT:         80`,
  ),
  plant('kubeconfig', r(60, 321), (s) => `users:\n- name: admin\n  user:\n    token: ${s}`),
  password('helm --set', (s) => `helm upgrade --install pg bitnami/postgresql --set auth.postgresPassword=${s} --wait`),
  password('helm get values', (s) => `USER-SUPPLIED VALUES:\nauth:\n  rootPassword: ${s}\n  database: shop`),
  password('terraform tfvars', (s) => `db_username = "app"\ndb_password = "${s}"`),
  password('terraform plan', (s) => `  + resource "x" "db" {\n      + master_password = "${s}"\n      + port = 5432`),
  password(
    'terraform output -json',
    (s) => `{\n  "db_password": {\n    "sensitive": true,\n    "type": "string",\n    "value": "${s}"\n  }\n}`,
  ),
  plant('aws sts', r(40, 322), (s) => `{ "Credentials": { "SecretAccessKey": "${s}", "Expiration": "2026-01-01" } }`),
  plant('aws configure', r(40, 323), (s) => `aws configure set aws_secret_access_key ${s} --profile prod`),
  plant(
    'aws secretsmanager',
    PASSWORD,
    (s) => `"SecretString": "{\\"username\\":\\"app\\",\\"password\\":\\"${s}\\"}",`,
  ),
  plant('aws ecr', r(200, 324), (s) => `docker login -u AWS -p ${s} 123456789012.dkr.ecr.eu-west-1.amazonaws.com`),
  plant('gcloud print-access-token', join('ya29', '.', r(120, 325)), (s) => `$ gcloud auth print-access-token\n${s}`),
  plant(
    'gcp service account',
    r(40, 326),
    (s) => `"type": "service_account",\n"private_key_id": "x",\n"client_secret": "${s}"`,
  ),
  plant(
    'az ad sp',
    join(r(3, 327), '8Q~', r(34, 328)),
    (s) => `{\n  "appId": "x",\n  "password": "${s}",\n  "tenant": "y"\n}`,
  ),
  plant(
    'az storage keys',
    `${base64(r(64, 329))}`,
    (s) => `  {\n    "keyName": "key1",\n    "permissions": "FULL",\n    "value": "${s}"\n  }`,
  ),
  password('docker inspect', (s) => `"Env": [\n  "PATH=/usr/bin",\n  "POSTGRES_PASSWORD=${s}"\n]`),
  password(
    'docker compose',
    (s) => `services:\n  db:\n    environment:\n      - MYSQL_ROOT_PASSWORD=${s}\n      - TZ=UTC`,
  ),
  password('Dockerfile', (s) => `FROM node:24\nENV ADMIN_PASSWORD ${s}\nRUN npm ci`),
  plant(
    'GitHub Actions log',
    r(40, 330),
    (s) => `2026-01-01T10:00:00.0Z   DEPLOY_TOKEN: ${s}\n2026-01-01T10:00:01.0Z ##[endgroup]`,
  ),
  plant('npm token create', join('npm', '_', r(36, 331)), (s) => `│ token │ ${s} │\n│ cidr_whitelist │ │`),
  password('shell history', (s) => `  512  cd app\n  513  mysql -uroot -p${s} shop < dump.sql\n  514  ls`),
  password('psql URL', (s) => `psql postgresql://app:${encodeURIComponent(s)}@db.acme.io:5432/shop -c 'select 1'`),
  password('mongo URL', (s) => `MONGO_URL=mongodb+srv://app:${encodeURIComponent(s)}@cluster0.acme.mongodb.net/shop`),
  password('redis URL without user', (s) => `REDIS_URL=redis://:${encodeURIComponent(s)}@cache.acme.io:6379/0`),
  password('amqp URL', (s) => `broker: amqps://shop:${encodeURIComponent(s)}@mq.acme.io/vhost`),
  plant(
    'HTTP trace',
    r(40, 332),
    (s) => `> GET /v1/me HTTP/2\n> host: api.acme.io\n> authorization: Bearer ${s}\n> accept: */*`,
  ),
  plant(
    'HTTP set-cookie',
    r(40, 333),
    (s) => `< HTTP/1.1 200 OK\n< set-cookie: connect.sid=s%3A${s}; Path=/; HttpOnly`,
  ),
  plant('login form', PASSWORD, (s) => `username=joe&password=${encodeURIComponent(s)}&remember=1`),
  plant('OAuth answer', r(64, 334), (s) => `{"access_token":"${s}","token_type":"bearer","expires_in":3600}`),
  plant(
    'OAuth code exchange',
    r(40, 335),
    (s) => `curl -d grant_type=client_credentials -d client_id=shop -d client_secret=${s} https://id.acme.io/token`,
  ),
  password('ftp URL', (s) => `lftp ftp://joe:${encodeURIComponent(s)}@ftp.acme.io/pub`),
  password(
    'vault kv',
    (s) => `====== Data ======\nKey         Value\n---         -----\npassword    ${s}\nusername    app`,
  ),
  plant(
    'vault login',
    join('hvs', '.', r(90, 336)),
    (s) => `Key                  Value\n---                  -----\ntoken                ${s}`,
  ),
  plant('heroku config', r(36, 337), (s) => `=== shop Config Vars\nDATABASE_URL:  x\nSECRET_TOKEN:  ${s}`),
  plant('fly secrets set', r(32, 338), (s) => `fly secrets set SESSION_SECRET=${s} -a shop`),
  plant('gh secret set', r(32, 339), (s) => `gh secret set API_KEY --body "${s}"`),
  password('ALTER ROLE', (s) => `ALTER ROLE app WITH LOGIN PASSWORD '${s}';`),
  password('expect script', (s) => `expect "assword:"\nsend "${s}\\r"`),
  password('net use', (s) => `net use Z: \\\\srv\\share ${s} /user:ACME\\joe`),
  password('PowerShell secure string', (s) => `$p = ConvertTo-SecureString "${s}" -AsPlainText -Force`),
  password('rclone config', (s) => `rclone config create box webdav url=https://x user=joe pass=${s}`),
  password('nodemailer', (s) => `auth: { user: 'shop@acme.io', pass: '${s}' },`),
  password('restic', (s) => `RESTIC_PASSWORD='${s}' restic snapshots`),
];

export const plantedAnew: readonly Planted[] = [...configurations, ...outputs];
