/** Planted secrets of a third round: two lists that were written before the rules were tried on them; here is what was missed. */
/** Command lines, configurations, outputs, sources and protocols; put together at run time like the others. */

import { random, randomHex, randomUpper } from './made-up.ts';
import type { Planted } from './planted.ts';

const PASSWORD = random(14, 400);
const UUID = `${randomHex(8, 1)}-${randomHex(4, 2)}-4${randomHex(3, 3)}-a${randomHex(3, 4)}-${randomHex(12, 5)}`;
const GARBLE = `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!@#$%^&*(-_=+)`;

type Row = readonly [kind: string, secret: string, write: (secret: string) => string];

const commands: readonly Row[] = [
  ['once missed: netlify --auth', random(43, 401), (s) => `netlify deploy --prod --auth ${s} --site ${UUID}`],
  ['once missed: net user', PASSWORD, (s) => `net user alice ${s} /add`],
  ['once missed: runas cmdkey', PASSWORD, (s) => `cmdkey /add:fileserver /user:CORP\\alice /pass:${s}`],
  ['once missed: ngrok authtoken', random(49, 402), (s) => `ngrok config add-authtoken ${s}`],
  ['once missed: nmcli wifi', PASSWORD, (s) => `nmcli dev wifi connect HomeNet password "${s}"`],
  ['once missed: xfreerdp /p', PASSWORD, (s) => `xfreerdp /v:10.0.0.5 /u:Administrator /p:${s}`],
  ['once missed: lftp', PASSWORD, (s) => `lftp -u bob,${s} sftp://files.acme.example`],
  ['once missed: ncftp', PASSWORD, (s) => `ncftpput -u bob -p ${s} ftp.acme.example / a.zip`],
  [
    'once missed: imapsync 1',
    PASSWORD,
    (s) => `imapsync --host1 a --user1 u --password1 ${s} --host2 b --user2 u --password2 ${PASSWORD}`,
  ],
  [
    'once missed: imapsync 2',
    PASSWORD,
    (s) => `imapsync --host1 a --user1 u --password1 ${PASSWORD} --host2 b --user2 u --password2 ${s}`,
  ],
  [
    'once missed: aws ssm',
    PASSWORD,
    (s) => `aws ssm put-parameter --name /prod/db/password --type SecureString --value "${s}"`,
  ],
  [
    'once missed: az keyvault',
    PASSWORD,
    (s) => `az keyvault secret set --vault-name kv --name DbPassword --value "${s}"`,
  ],
  ['once missed: sqlplus', PASSWORD, (s) => `sqlplus system/${s}@//db:1521/XE`],
  ['once missed: sqlldr', PASSWORD, (s) => `sqlldr userid=app/${s}@XE control=a.ctl`],
  ['once missed: cypher-shell', PASSWORD, (s) => `cypher-shell -u neo4j -p ${s} "MATCH (n) RETURN n"`],
  ['once missed: cryptsetup', PASSWORD, (s) => `echo -n "${s}" | cryptsetup luksOpen /dev/sda2 x -`],
  ['once missed: wpa_passphrase', PASSWORD, (s) => `wpa_passphrase HomeNet ${s}`],
  ['once missed: pass to su', PASSWORD, (s) => `echo ${s} | su -c whoami`],
  [
    'once missed: dotnet nuget',
    PASSWORD,
    (s) => `dotnet nuget add source https://x -u a -p ${s} --store-password-in-clear-text`,
  ],
  ['once missed: choco', PASSWORD, (s) => `choco source add -n=i -s="https://x" -u=a -p=${s}`],
  ['once missed: wsadmin', PASSWORD, (s) => `wsadmin.sh -username admin -password ${s} -f x.py`],
  ['once missed: psexec', PASSWORD, (s) => `psexec \\\\srv -u corp\\bob -p ${s} cmd`],
  ['once missed: mc alias', random(40, 436), (s) => `mc alias set local http://localhost:9000 ${random(20, 435)} ${s}`],
  ['once missed: rabbitmqctl', PASSWORD, (s) => `rabbitmqctl add_user app ${s}`],
  ['once missed: mosquitto_pub', PASSWORD, (s) => `mosquitto_pub -h h -u u -P ${s} -t t -m m`],
];

const configurations: readonly Row[] = [
  ['once missed: django SECRET_KEY', `django-insecure-${random(50, 403, GARBLE)}`, (s) => `SECRET_KEY = '${s}'`],
  ['once missed: django SECRET_KEY 2', random(50, 404, GARBLE), (s) => `SECRET_KEY = '${s}'\nDEBUG = True`],
  ['once missed: wp salts', random(64, 470, `${GARBLE}[]{}<>~+,;:/?|`), (s) => `define( 'AUTH_KEY',         '${s}' );`],
  [
    'once missed: gradle signing',
    PASSWORD,
    (s) => `signingConfigs { release storePassword "${s}"\n keyAlias "upload" }`,
  ],
  [
    'once missed: gcp sa json',
    `MIIEvQIBADANBgkqhkiG9w0BAQEFAASC${random(32, 405)}`,
    (s) =>
      `{"type": "service_account", "project_id": "acme", "private_key_id": "${randomHex(40, 407)}", "private_key": "-----BEGIN PRIVATE KEY-----\\n${s}\\n${random(64, 406)}\\n-----END PRIVATE KEY-----\\n"}`,
  ],
  [
    'once missed: openvpn static key',
    randomHex(32, 408),
    (s) => `-----BEGIN OpenVPN Static key V1-----\n${s}\n${randomHex(32, 409)}\n-----END OpenVPN Static key V1-----`,
  ],
  ['once missed: redis acl', PASSWORD, (s) => `user worker on >${s} ~jobs:* +@all`],
  ['once missed: infura', randomHex(32, 410), (s) => `https://mainnet.infura.io/v3/${s}`],
  ['once missed: keycloak xml', PASSWORD, (s) => `<password-credential value="${s}"/>`],
  ['once missed: hibernate', PASSWORD, (s) => `<property name="hibernate.connection.password">${s}</property>`],
  [
    'once missed: hadoop',
    random(40, 437),
    (s) => `<property><name>fs.s3a.secret.key</name><value>${s}</value></property>`,
  ],
  ['once missed: plist', PASSWORD, (s) => `<key>Password</key>\n<string>${s}</string>`],
  ['once missed: sasl_passwd', PASSWORD, (s) => `[smtp.gmail.com]:587 bob@acme.example:${s}`],
  ['once missed: msmtprc', PASSWORD, (s) => `account a\nuser bob\npassword ${s}\n`],
  ['once missed: fetchmailrc', PASSWORD, (s) => `poll imap.acme.example proto imap user "bob" password "${s}"`],
  ['once missed: offlineimap', PASSWORD, (s) => `remoteuser = a\nremotepass = ${s}`],
  ['once missed: mbsync', PASSWORD, (s) => `User bob\nPass ${s}\n`],
  ['once missed: irssi', PASSWORD, (s) => `/msg NickServ IDENTIFY ${s}`],
  ['once missed: snmpd', PASSWORD, (s) => `createUser bob SHA "${s}" AES`],
  ['once missed: cisco', PASSWORD, (s) => `username admin privilege 15 password 0 ${s}`],
  ['once missed: juniper', `$9$${random(30, 438)}`, (s) => `set system root-authentication encrypted-password "${s}"`],
  [
    'once missed: nginx auth header',
    Buffer.from('a:Kq93hs8Zx7').toString('base64'),
    (s) => `proxy_set_header Authorization "Basic ${s}";`,
  ],
  ['once missed: haproxy', PASSWORD, (s) => `userlist u\n  user admin insecure-password ${s}`],
  ['once missed: airflow fernet', `${random(43, 439)}=`, (s) => `fernet_key = ${s}`],
  ['once missed: drupal', random(74, 440), (s) => `$settings['hash_salt'] = '${s}';`],
];

const outputs: readonly Row[] = [
  [
    'once missed: terraform var default',
    PASSWORD,
    (s) => `variable "db_password" {\n  type    = string\n  default = "${s}"\n}`,
  ],
  [
    'once missed: terraform plan diff 1',
    PASSWORD,
    (s) => `  ~ resource "x" "y" {\n      ~ password = "${s}" -> "${PASSWORD}"\n    }`,
  ],
  [
    'once missed: terraform plan diff 2',
    PASSWORD,
    (s) => `  ~ resource "x" "y" {\n      ~ password = "${PASSWORD}" -> "${s}"\n    }`,
  ],
  ['once missed: cloudformation params', PASSWORD, (s) => `{"ParameterKey": "DBPassword", "ParameterValue": "${s}"}`],
  ['once missed: cloud-init chpasswd', PASSWORD, (s) => `chpasswd:\n  list: |\n    ubuntu:${s}\n  expire: False`],
  [
    'once missed: vault init 1',
    random(44, 414),
    (s) => `Unseal Key 1: ${s}\n\nInitial Root Token: ${`hvs.${random(24, 415)}`}\n`,
  ],
  [
    'once missed: vault init 2',
    `hvs.${random(24, 415)}`,
    (s) => `Unseal Key 1: ${random(44, 414)}\n\nInitial Root Token: ${s}\n`,
  ],
  [
    'once missed: printenv 1',
    PASSWORD,
    (s) => `HOME=/root\nKEYCLOAK_ADMIN_PASSWORD=${s}\nVAULT_ROLE_SECRET_ID=${random(40, 416)}\nPATH=/bin`,
  ],
  [
    'once missed: printenv 2',
    random(40, 416),
    (s) => `HOME=/root\nKEYCLOAK_ADMIN_PASSWORD=${PASSWORD}\nVAULT_ROLE_SECRET_ID=${s}\nPATH=/bin`,
  ],
  [
    'once missed: argocd initial',
    random(16, 417),
    (s) => `$ argocd admin initial-password -n argocd\n${s}\n\n This password must be only used for first time login.`,
  ],
  [
    'once missed: jenkins initial',
    randomHex(32, 418),
    (s) =>
      `Jenkins initial setup is required. An admin user has been created and a password generated.\nPlease use the following password to proceed to installation:\n\n${s}\n\nThis may also be found at: /var/jenkins_home/secrets/initialAdminPassword`,
  ],
  [
    'once missed: generated password log',
    PASSWORD,
    (s) => `[Note] A temporary password is generated for root@localhost: ${s}`,
  ],
  [
    'once missed: elastic reset',
    `${random(10, 419)}*=${random(8, 420)}`,
    (s) => `Password for the [elastic] user successfully reset.\nNew value: ${s}`,
  ],
  ['once missed: bicep', PASSWORD, (s) => `param adminPassword string = '${s}'`],
];

const sources: readonly Row[] = [
  ['once missed: python requests auth', PASSWORD, (s) => `r = requests.get(url, auth=("admin", "${s}"))`],
  ['once missed: python HTTPBasicAuth', PASSWORD, (s) => `auth = HTTPBasicAuth('admin', '${s}')`],
  ['once missed: python smtplib', PASSWORD, (s) => `server.login("bot@acme.example", "${s}")`],
  [
    'once missed: python headers dict',
    random(40, 421),
    (s) => `headers = {"Authorization": f"Token ${s}", "Accept": "application/json"}`,
  ],
  ['once missed: go dsn', PASSWORD, (s) => `db, err := sql.Open("mysql", "app:${s}@tcp(127.0.0.1:3306)/shop")`],
  ['once missed: go SetBasicAuth', PASSWORD, (s) => `req.SetBasicAuth("svc", "${s}")`],
  ['once missed: go jwt key', random(40, 422), (s) => `var jwtKey = []byte("${s}")`],
  ['once missed: rust const', random(40, 423), (s) => `const API_KEY: &str = "${s}";`],
  ['once missed: rust basic_auth', PASSWORD, (s) => `client.get(url).basic_auth("svc", Some("${s}"))`],
  ['once missed: php mysqli', PASSWORD, (s) => `$db = new mysqli("localhost", "root", "${s}", "shop");`],
  ['once missed: php PDO', PASSWORD, (s) => `$pdo = new PDO('mysql:host=db;dbname=shop', 'app', '${s}');`],
  [
    'once missed: java getConnection',
    PASSWORD,
    (s) => `Connection c = DriverManager.getConnection(url, "app", "${s}");`,
  ],
  [
    'once missed: csharp NetworkCredential',
    PASSWORD,
    (s) => `client.Credentials = new NetworkCredential("svc", "${s}");`,
  ],
  ['once missed: kotlin', PASSWORD, (s) => `val keystorePassword: String = "${s}"`],
  ['once missed: perl DBI', PASSWORD, (s) => `my $dbh = DBI->connect("dbi:mysql:shop", "app", "${s}");`],
  ['once missed: js jwt.sign', random(40, 424), (s) => `const t = jwt.sign({ id }, '${s}', { expiresIn: '1h' })`],
  [
    'once missed: js createClient',
    `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ${random(117, 425)}.${random(43, 426)}`,
    (s) => `const sb = createClient('https://x.supabase.co', '${s}')`,
  ],
  ['once missed: js fallback', random(40, 427), (s) => `const token = process.env.TOKEN || "${s}";`],
  ['once missed: c define', random(24, 428), (s) => `#define WIFI_PASS "${s}"`],
  [
    'once missed: powershell PSCredential',
    PASSWORD,
    (s) => `$pw = '${s}' | ConvertTo-SecureString -AsPlainText -Force`,
  ],
  ['once missed: python jwt', random(32, 441), (s) => `token = jwt.encode(payload, "${s}", algorithm="HS256")`],
  ['once missed: python fernet', `${random(43, 442)}=`, (s) => `f = Fernet(b"${s}")`],
  ['once missed: ts typed', random(40, 443), (s) => `private readonly apiSecret: string = '${s}';`],
  ['once missed: go smtp', PASSWORD, (s) => `auth := smtp.PlainAuth("", "a@b.example", "${s}", "smtp.b.example")`],
  ['once missed: java authenticator', PASSWORD, (s) => `return new PasswordAuthentication("a", "${s}");`],
  ['once missed: kotlin elvis', random(40, 444), (s) => `val token = System.getenv("TOKEN") ?: "${s}"`],
  ['once missed: swift keychain', PASSWORD, (s) => `let password: String = "${s}"`],
  ['once missed: php ldap_bind', PASSWORD, (s) => `ldap_bind($c, "cn=a,dc=b", "${s}");`],
  ['once missed: ruby env fetch', PASSWORD, (s) => `ENV.fetch("DB_PASSWORD", "${s}")`],
  ['once missed: scala', PASSWORD, (s) => `val dbPassword: String = "${s}"`],
  ['once missed: sql pgcrypto', PASSWORD, (s) => `SELECT pgp_sym_decrypt(x, '${s}');`],
  ['once missed: shell read default', PASSWORD, (s) => `DB_PASS="\${DB_PASS:-${s}}"`],
];

const protocols: readonly Row[] = [
  [
    'once missed: cookie jar',
    random(40, 429),
    (s) => `#HttpOnly_.example.com\tTRUE\t/\tTRUE\t1767225600\tsession\t${s}`,
  ],
  [
    'once missed: cookie jar csrftoken',
    random(64, 430),
    (s) => `.example.com\tTRUE\t/\tTRUE\t1767225600\tcsrftoken\t${s}`,
  ],
  [
    'once missed: aws sigv4',
    randomHex(64, 431),
    (s) =>
      `Authorization: AWS4-HMAC-SHA256 Credential=AKIA${randomUpper(16, 432)}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${s}`,
  ],
  ['once missed: oauth code', random(62, 433), (s) => `GET /callback?code=4/0A${s}&state=abc`],
  ['once missed: multipart', PASSWORD, (s) => `Content-Disposition: form-data; name="password"\r\n\r\n${s}\r\n--b`],
  [
    'once missed: soap wsse',
    PASSWORD,
    (s) => `<wsse:Password Type="http://docs.oasis-open.org/x#PasswordText">${s}</wsse:Password>`,
  ],
  [
    'once missed: digest',
    randomHex(32, 434),
    (s) => `Authorization: Digest username="ana", realm="r", nonce="abc", uri="/", response="${s}"`,
  ],
  ['once missed: imap login', PASSWORD, (s) => `a1 LOGIN ana@acme.example ${s}`],
  [
    'once missed: ftp PASS',
    PASSWORD,
    (s) => `USER ana\r\n331 Please specify the password.\r\nPASS ${s}\r\n230 Login successful.`,
  ],
  [
    'once missed: smtp auth plain',
    Buffer.from('\0ana\0Kq93hs8Zx7Lm').toString('base64'),
    (s) => `AUTH PLAIN ${s}\n235 2.7.0 Authentication successful`,
  ],
  ['once missed: ocp-apim', randomHex(32, 445), (s) => `Ocp-Apim-Subscription-Key: ${s}`],
];

export const plantedUnseen: readonly Planted[] = [
  ...commands,
  ...configurations,
  ...outputs,
  ...sources,
  ...protocols,
].map(([kind, secret, write]) => ({ kind, secret, text: write(secret) }));
