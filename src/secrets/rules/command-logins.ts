/** Passwords that are given to a program on its command line: `mysql -p…`, `curl -u name:…`, `echo … | sudo -S`. */
/** An option means a password only behind the right program, which is looked for on the same command line. */

import { isPlaceholder } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';
import { acceptsCookie } from './context-rules.ts';

interface Program {
  /** What the fast look searches for. */
  readonly words: readonly string[];
  readonly program: RegExp;
  /** The options that take its password. */
  readonly flags: string;
  /** Nothing stands between option and password. */
  readonly joined?: true;
}

const PROGRAMS: readonly Program[] = [
  { words: ['mysql', 'mariadb'], program: /\b(?:mysql|mariadb)[\w-]{0,12}(?:\s|$)/, flags: '-p', joined: true },
  { words: ['7z ', '7za ', 'rar '], program: /\b(?:7za?|rar)\s/, flags: '-p', joined: true },
  { words: ['sshpass'], program: /\bsshpass\b/, flags: '-p ?' },
  { words: ['redis-cli', 'valkey-cli'], program: /\b(?:redis|valkey)-cli\b/, flags: '-a|--pass' },
  {
    words: [' login'],
    program: /\b(?:docker|podman|nerdctl|buildah|skopeo|helm|oras|az|oc|cf|ibmcloud)\b[^\n]{0,80}\blogin\b/,
    flags: '-p',
  },
  { words: ['mongo'], program: /\bmongo\w{0,12}\b/, flags: '-p' },
  { words: ['keychain', 'twine '], program: /\b(?:security\s[\w-]{0,40}keychain|twine)\b/, flags: '-p' },
  { words: ['zip ', 'sqlcmd', 'ipmitool'], program: /\b(?:zip|unzip|sqlcmd|ipmitool)\b/, flags: '-P' },
  { words: ['ldap'], program: /\bldap(?:search|modify|add|delete|whoami|passwd|compare)\b/, flags: '-w' },
  { words: ['nmcli'], program: /\bnmcli\b/, flags: 'password|psk|[\\w-]{1,24}\\.psk' },
  { words: ['plink', 'pscp', 'psftp', 'putty'], program: /\b(?:plink|pscp|psftp|putty)\b/, flags: '-pw' },
  {
    words: ['rdesktop', 'evil-winrm', 'psexec', 'PsExec', 'cqlsh'],
    program: /\b(?:rdesktop|evil-winrm|psexec\d{0,2}|cqlsh)\b/i,
    flags: '-p',
  },
  {
    words: ['bcp ', 'isql', 'tsql', 'mosquitto_'],
    program: /\b(?:bcp|isql|tsql|mosquitto_(?:pub|sub|rr))\b/,
    flags: '-P',
  },
  { words: ['snmp'], program: /\bsnmp(?:walk|get|bulkwalk|set|status)\b/, flags: '-A|-X' },
  { words: ['ldappasswd'], program: /\bldappasswd\b/, flags: '-s|-a' },
  { words: ['openssl'], program: /\bopenssl\s{1,3}enc\b/, flags: '-k' },
  { words: ['influx'], program: /\binflux\b/, flags: '-password' },
  {
    words: ['freerdp', 'cmdkey', 'mstsc', 'wmic', 'schtasks'],
    program: /\b(?:[xw]?freerdp|cmdkey|mstsc|wmic|schtasks)\b/,
    flags: '/(?:pass|password|pw|p):?',
    joined: true,
  },
  { words: ['signtool'], program: /\bsigntool\b/, flags: '/p' },
  { words: ['ngrok'], program: /\bngrok\b/, flags: '(?:add-)?authtoken' },
  {
    words: ['keytool', 'jarsigner'],
    program: /\b(?:keytool|jarsigner)\b/,
    flags: '-(?:src|dest)?(?:store|key)pass',
  },
];

/** A value in quotes or without; the quotes stay. */
const VALUE = '(?:\\\\{0,2}["\'](?<v>[^"\'\\r\\n\\\\]{3,256})|(?<w>(?![-"\'\\\\])[^\\s"\'`|;&<>\\\\]{3,256}))';
/** The same with a name before it. */
const LOGIN =
  '(?:\\\\{0,2}["\'][^\\s:"\'`\\\\]{0,128}[:%](?<v>[^"\'\\r\\n\\\\]{3,256})|[^\\s:"\'`\\\\]{0,128}[:%](?<w>[^\\s"\'`|;<>\\\\]{3,256}))';

const CURL = /\b(?:curl|wget|https?|xh|lftp)\s/;
const SMB = /\b(?:smbclient|smbmap|winexe|rpcclient|crackmapexec|nxc)\s/;

export const commandLogins: readonly TellingPlace[] = [
  ...PROGRAMS.map(({ words, program, flags, joined }) => ({
    rule: 'password',
    literals: words.map((text) => ({ text, reach: 240, follow: new RegExp(`(?:${flags})[ \\t=]{0,3}[^ \\t-]`) })),
    pattern: new RegExp(`(?<=\\s)(?:${flags})${joined === true ? '' : '(?:[ \\t]{1,3}|=)'}${VALUE}`, 'dg'),
    accepts: behind(program),
  })),
  {
    rule: 'password',
    literals: ['-u ', '-u"', "-u'", '-U ', '-U"', "-U'", '-a ', '-a"', "-a'", '--user', '--proxy-user', '--auth'].map(
      (text) => ({
        text,
        follow: /^[ \t=]{0,3}[\\"']{0,3}[^\s:"']{0,64}[:%][^\s/]/,
      }),
    ),
    pattern: new RegExp(`(?<=\\s)(?:-u|-U|--user|--proxy-user|-a|--auth)[ \\t=]{0,3}${LOGIN}`, 'dg'),
    accepts: behind(CURL),
  },
  {
    rule: 'cookie',
    literals: ['-b ', '-b"', "-b'", '--cookie'].map((text) => ({ text, follow: /^[^\n]{1,80}=/ })),
    pattern: /(?<=\s)(?:-b|--cookie)[ \t=]{0,3}\\{0,2}["']?(?<v>[\w.%-]{1,64}=[^\s"'\\][^"'\r\n\\]{2,4096})/dg,
    accepts: (value, match) => acceptsCookie(value) && CURL.test(commandBefore(match.input, match.index)),
  },
  {
    rule: 'password',
    literals: ['smbclient', 'smbmap', 'winexe', 'rpcclient'].map((text) => ({ text })),
    pattern: new RegExp(`(?<=\\s)(?:-U|--user)[ \\t=]{0,3}${LOGIN}`, 'dg'),
    accepts: behind(SMB),
  },
  {
    rule: 'password',
    literals: ['sudo -', '--stdin', 'password-stdin', 'passwd --stdin', 'su -c'].map((text) => ({ text })),
    pattern:
      /\b(?:echo|printf)[ \t]{1,3}(?:-[neE]{1,3}[ \t]{1,3})?\\{0,2}["']?(?<v>[^\s"'`|\\$][^"'`|\r\n\\]{2,128}?)(?:\\{1,2}n)?\\{0,2}["']?[ \t]{0,4}\|[ \t]{0,4}(?:su\b|sudo[ \t]{1,3}(?:-\w{1,4}[ \t]{1,3}|--\w{1,16}[ \t]{1,3}){0,3}?(?:-[A-Za-z]{0,3}S|--stdin)|[\w./-]{1,40}[^\n|]{0,120}(?:--password-stdin|--stdin))/dg,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: [{ text: 'sudo -', follow: /<<</, reach: 200 }],
    pattern: /\bsudo[ \t]{1,3}-\w{0,4}S[^\n|<]{0,120}<<<[ \t]{0,3}\\{0,2}["']?(?<v>[^\s"'`|\\]{3,128})/dg,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: ['passphrase-fd', 'kinit', 'cryptsetup', 'smbpasswd', 'vncpasswd', 'ldappasswd'].map((text) => ({
      text,
    })),
    pattern:
      /\b(?:echo|printf)[ \t]{1,3}(?:-[neE]{1,3}[ \t]{1,3})?\\{0,2}["']?(?<v>[^\s"'`|\\$][^"'`|\r\n\\]{2,128}?)(?:\\{1,2}n)?\\{0,2}["']?[ \t]{0,4}\|[ \t]{0,4}(?:sudo[ \t]{1,3})?(?:gpg2?\b[^\n|]{0,80}--passphrase-fd|kinit|cryptsetup|smbpasswd|vncpasswd|ldappasswd)\b/dg,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: ['net user', 'net1 user'].map((text) => ({ text, folded: true, follow: /^[ \t]{1,3}[^\s/]/ })),
    pattern:
      /\bnet1?(?:\.exe)? user[ \t]{1,3}["']?[^\s"'/]{1,64}["']?[ \t]{1,3}["']?(?<v>[^\s"'/*][^\s"']{3,127})(?=["']?[ \t]{0,3}(?:\/|$))/dgim,
    accepts: (value) =>
      isTyped(value) && /[A-Za-z]/.test(value) && /[\d!@#$%^&*]/.test(value) && !/^p[a@]ss/i.test(value),
  },
  {
    // name, then password: what they are is told by the word before
    rule: 'password',
    literals: [
      'add_user ',
      'change_password ',
      'mosquitto_passwd ',
      'bw login ',
      'sqlplus ',
      'expdp ',
      'impdp ',
      'wpa_passphrase ',
    ].map((text) => ({ text })),
    pattern:
      /\b(?:rabbitmqctl[^\n|;]{0,40}(?:add_user|change_password)[ \t]{1,3}["']?[^\s"']{1,64}["']?|mosquitto_passwd[ \t]{1,3}-\w{1,3}[ \t]{1,3}\S{1,200}[ \t]{1,3}\S{1,64}|wpa_passphrase[ \t]{1,3}(?:"[^"\n]{1,64}"|\S{1,64})|bw login[ \t]{1,3}[^\s@]{1,64}@\S{1,80}|(?:sqlplus|expdp|impdp)[ \t]{1,3}(?:-\w{1,3}[ \t]{1,3}){0,3}["']?\w{1,40}(?=\/))[ \t/]{1,3}["']?(?<v>[^\s"'`|;&<>\\@$-][^\s"'`|;&<>\\@]{3,127})/dg,
    accepts: isTyped,
  },
  {
    // a name and a password behind each other, whichever program takes them: -u bob -p …, /u:bob /p:…
    rule: 'password',
    literals: [' -u', ' -U', ' --user', ' /u'].map((text) => ({
      text,
      follow: /^(?:ser(?:name)?)?[ \t=:][^\n]{1,120}[ \t](?:-p|-pw|\/p)[ \t=:]\S/,
      reach: 160,
    })),
    pattern:
      /(?<=[ \t](?:-u|-U|-?-user(?:name)?|\/u(?:ser)?)[ \t=:]{1,3}[^\s|;&]{1,80}[ \t](?:[^\n|;&]{0,80}[ \t])?(?:-p|-pw|\/p)[ \t=:]{1,3}["']?)(?<v>[^\s"'`|;&<>\\$:/.,-][^\s"'`|;&<>\\:/.,]{7,127})(?=["']?(?:\s|$))/dg,
    accepts: (value) => isTyped(value) && /[A-Za-z]/.test(value) && /\d/.test(value),
  },
  {
    rule: 'password',
    literals: [
      { text: 'lftp ', follow: /-u/ },
      { text: 'userid=', follow: /^\w{1,40}\// },
    ],
    pattern:
      /(?:\blftp[ \t][^\n|;]{0,40}-u[ \t]{1,3}["']?[^\s,"']{1,64},|\buserid=["']?\w{1,40}\/)(?<v>[^\s"'`|;&<>\\@$][^\s"'`|;&<>\\@]{2,127})/dg,
    accepts: isTyped,
  },
  {
    // aws ssm put-parameter --name /db/password --value …, az keyvault secret set --name DbPassword --value …
    rule: 'password',
    literals: [{ text: '--value', before: /--name[ =][^\n]{0,90}$/ }],
    pattern:
      /--name[ =]["']?[\w./-]{0,80}?(?<n>[\w-]*(?:pass|pwd|secret|token|key)[\w-]{0,24})["']?[ \t][^\n]{0,120}?--value[ =]\\{0,2}["']?(?<v>[^\s"'`|;&<>\\$][^\s"'`|;&<>\\]{3,511})/dgi,
    accepts: (value) => isTyped(value) && /\d/.test(value),
  },
  {
    rule: 'key',
    literals: [{ text: 'user-secrets set', follow: /^[ \t]{1,3}\S/ }, { text: 'mc alias set' }],
    pattern:
      /\b(?:user-secrets set[ \t]{1,3}\\{0,2}["']?[\w:.-]{0,60}(?:password|secret|key|token|pwd)\\{0,2}["']?|mc alias set[ \t]{1,3}\S{1,64}[ \t]{1,3}\S{1,200}[ \t]{1,3}\S{1,128})[ \t]{1,3}\\{0,2}["']?(?<v>[^\s"'`|;&<>\\$-][^\s"'`|;&<>\\]{5,255})/dgi,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: [{ text: 'chpasswd' }],
    pattern:
      /\b(?:echo|printf)[ \t]{1,3}(?:-[neE]{1,3}[ \t]{1,3})?\\{0,2}["']?[\w.-]{1,40}:(?<v>[^\s"'`|\\]{3,128})[^\n|]{0,8}\|[^\n|]{0,24}\bchpasswd\b/dg,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: [{ text: 'pass:', follow: /^[^\s]{3}/ }],
    pattern: /(?<=-pass(?:in|out)?[ \t=]{1,3}["']?)pass:(?<v>[^\s"'`|;\\]{3,128})/dg,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: [{ text: 'htpasswd', follow: /[ \t]-\w{0,6}b/, reach: 40 }],
    pattern:
      /\bhtpasswd(?:[ \t]{1,3}-\w{1,8}){1,4}(?:[ \t]{1,3}[^\s|;&-][^\s|;&]{0,200}){1,2}?[ \t]{1,3}["']?(?<v>[^\s"'|;&-][^\s"'|;&]{2,128})["']?(?=[ \t]{0,3}(?:$|[|;&>\n)]))/dgm,
    accepts: isTyped,
  },
  {
    rule: 'authorization',
    literals: [{ text: 'SSWS ', follow: /^[\w-]{20}/ }],
    pattern: /\bSSWS[ \t]{1,3}(?<v>[\w-]{20,80})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
];

/** What stands on the same command line before an offset: from the last line end without a backslash before it. */
function commandBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - 800), at).replace(/\\\r?\n/g, '  ');
  return before.slice(before.lastIndexOf('\n') + 1);
}

function behind(program: RegExp): TellingPlace['accepts'] {
  return (value, match) => isTyped(value) && program.test(commandBefore(match.input, match.index));
}

/** Neither a variable nor a path, a port or what a manual writes there. */
function isTyped(value: string): boolean {
  return !isPlaceholder(value) && !/^(?:%\w+%|![A-Z_]+!|[A-Z][A-Z_]+|[./~][\w./-]*|\d{1,3}|--?\w.*)$/.test(value);
}
