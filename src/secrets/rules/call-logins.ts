/** Passwords that code hands to a function by their place: `SetBasicAuth("svc", "…")`, `new PDO(dsn, 'app', '…')`, `jwt.sign(x, '…')`. */
/** No name says what they are; the function does, and how many arguments stand before. */

import { judgeAssignment } from '../judging/named-value.ts';
import type { TellingPlace } from '../telling-place.ts';

/** An argument that is not the password: a text, or a name with what hangs on it. */
const ARGUMENT =
  '(?:[a-zA-Z]{0,2}\\\\{0,2}["\'][^"\'\\r\\n\\\\]{0,256}\\\\{0,2}["\']|[\\w.$@&:>-]{1,80}|\\{[^{}\\r\\n]{0,160}\\})';
const NEXT = '\\s{0,8},\\s{0,8}';
/** What stands around the text in some languages. */
const PASSWORD = '(?:Some\\(|\\[\\]byte\\(|[a-zA-Z]{1,2})?\\\\{0,2}["\'](?<v>[^"\'\\r\\n\\\\]{5,256})\\\\{0,2}["\']';

/** Functions by how many arguments stand before the password. */
const CALLS: readonly (readonly [before: number, names: readonly string[]])[] = [
  [0, ['Fernet', 'ssh.Password']],
  [
    1,
    [
      ...[
        'HTTPBasicAuth',
        'SetBasicAuth',
        'HTTPDigestAuth',
        'BasicAuth',
        'basicAuth',
        'basic_auth',
        'auth',
        'auth=',
        'login',
      ],
      ...['NetworkCredential', 'UsernamePasswordCredentials', 'UsernamePasswordAuthenticationToken', 'UserPassword'],
      ...['PasswordAuthentication', 'BasicAWSCredentials', 'AwsBasicCredentials.create', 'Aws::Credentials.new'],
      ...['NewStaticCredentials', 'NewStaticCredentialsProvider', 'ClientSecretCredential', 'PlainCredentials'],
      ...[
        'oracledb.connect',
        'cx_Oracle.connect',
        'basic_auth=',
        'authenticate',
        'sign',
        'verify',
        'encode',
        'decode',
        'pgp_sym_encrypt',
        'pgp_sym_decrypt',
      ],
    ],
  ],
  [
    2,
    [
      ...['mysqli', 'mysqli_connect', 'mysql_connect', 'PDO', 'getConnection', 'DBI->connect', 'MySQLdb.connect'],
      ...[
        'pymysql.connect',
        'PlainAuth',
        'ftp_login',
        'imap_open',
        'ldap_bind',
        'ssh2_auth_password',
        'InfluxDBClient',
      ],
      ...['ClientSecretCredential'],
    ],
  ],
];

/** Words of names that code has everywhere count only with an object before them. */
const OBJECT: Readonly<Record<string, string>> = {
  auth: '(?<=\\.)',
  login: '(?<=\\.)',
  authenticate: '(?<=\\.)',
  sign: '(?<=\\bjwt\\.)',
  verify: '(?<=\\bjwt\\.)',
  encode: '(?<=\\bjwt\\.)',
  decode: '(?<=\\bjwt\\.)',
  PDO: '(?<=new |\\\\)',
  mysqli: '(?<=new |\\\\)',
};

/** What they are given is a key, no password. */
const KEYED = /^(?:sign|verify|encode|decode|Fernet)$/;

export const callLogins: readonly TellingPlace[] = CALLS.flatMap(([before, names]) =>
  names.map((name) => ({
    rule: KEYED.test(name) ? 'secret' : 'password',
    literals: [{ text: `${name}(`, follow: /^\s{0,8}[^)\s]/ }],
    pattern: new RegExp(
      `${OBJECT[name] ?? '(?<![A-Za-z0-9])'}${name.replace('.', '\\.').replace('=', '[ \\t]{0,2}=[ \\t]{0,2}')}\\(\\s{0,8}(?:${ARGUMENT}${NEXT}){${before}}${PASSWORD}\\s{0,8}[,)]`,
      'dg',
    ),
    accepts: (value: string) => judgeAssignment(KEYED.test(name) ? 'secret' : 'password', value, 'quoted') === 'secret',
  })),
);
