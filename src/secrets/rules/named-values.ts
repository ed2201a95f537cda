/** Values that stand behind a telling name without a sign between them: arguments of calls, columns, `ENV NAME value`. */
/** The name decides as it does for assignments; the form only says where name and value are. */

import { judgeAssignment } from '../judging/named-value.ts';
import { isPlaceholder, looksRandom } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';

/** What names of secrets have in them: searched for with what follows it. */
const NAMES = ['pass', 'pwd', 'secret', 'token', 'credential', 'key', 'salt'] as const;
/** The forms of the first rows in one: an argument behind the name, an argument of a call that has it, a column. */
const FOLLOW =
  /^[\w-]{0,12}(?:[ \t]{1,8}\\{0,2}["'][^"'\s]{3}|["'\])]{0,3}\s{0,3}(?:\|\||\?\?|\?:|:-|or\b)|\s{0,3}=\s{0,3}\\{0,2}["'][^"'\n]{0,60}\\{0,2}["']\s{0,3}->|\\{0,2}["']\s{0,3},\s{0,16}\\{0,2}["'][^"'\s]{3}|\(\s{0,4}\\{0,2}["'][^"'\s]{3}|[ \t]{1,40}[│|]?[ \t]{1,8}[^\s│|]{6}|["']?\s{0,3}(?:=>|[:=])\s{0,3}[A-Za-z.:]{2,24}\(\s{0,4}["'])/;
const named: TellingPlace['literals'] = NAMES.map((text) => ({ text, folded: true, follow: FOLLOW, reach: 80 }));

const NAME = '(?<n>[A-Za-z][\\w.-]{1,60})';
/** The same, found by the word in it that tells: names are everywhere. */
const WORD = '(?:pass|pwd|secret|token|credential|key|salt)(?<=(?<a>[\\w.-]{3,60}))(?<z>[\\w-]{0,12})';
const BARE = '(?<v>[^\\s"\'`|;&<>\\\\]{3,256})';

/** Sure of it: what is only doubtful is too common in these forms. */
function isSecret(value: string, match: RegExpExecArray): boolean {
  const { n, a = '', z = '' } = match.groups ?? {};
  return judgeAssignment((n ?? a + z).replace(/^[.-]+/, ''), value, 'quoted') === 'secret';
}

function isTyped(value: string): boolean {
  return !isPlaceholder(value) && !/^(?:%\w+%|[A-Z][A-Z_]+|\*+)$/.test(value);
}

export const namedValues: readonly TellingPlace[] = [
  {
    // define('DB_PASSWORD', '…'), setenv("API_KEY", "…")
    rule: 'password',
    literals: named,
    pattern: new RegExp(
      `(?<=(?:set|get|put|fetch|define|env|add|header|param|config|option|propert(?:y|ies)|append|bind)\\w{0,16}\\(\\s{0,8}\\\\{0,2}["'])${NAME}\\\\{0,2}["']\\s{0,3},\\s{0,16}\\\\{0,2}["'](?<v>[^"'\\r\\n\\\\]{3,256})\\\\{0,2}["']`,
      'dgi',
    ),
    accepts: isSecret,
  },
  {
    // .username("app").password("…"), setPassword('…')
    rule: 'password',
    literals: named,
    pattern:
      /(?<=\.(?:set|with)?_?|\b(?:set|with)_?)(?<n>(?:[a-z]{1,12}_?){0,2}(?:password|passwd|passphrase|secret|token|api_?key|secret_?key|access_?key))\(\s{0,4}\\{0,2}["'](?<v>[^"'\s\\]{3,256})\\{0,2}["']\s{0,4}[,)]/dgi,
    accepts: isSecret,
  },
  {
    // storePassword "…", #define WIFI_PASS "…", setenv TOKEN '…'
    rule: 'password',
    literals: named,
    pattern: new RegExp(`${WORD}[ \\t]{1,8}\\\\{0,2}["'](?<v>[^"'\\s\\\\]{5,256})\\\\{0,2}["']`, 'dgi'),
    accepts: isSecret,
  },
  {
    // env.TOKEN || "…", ENV["KEY"] ?? '…', and what a shell takes where there is none
    rule: 'password',
    literals: named,
    pattern: new RegExp(
      `${WORD}["'\\])]{0,3}(?:\\s{0,3}(?:\\|\\||\\?\\?|\\?:|\\bor\\b)\\s{0,3}["'\`](?<v>[^"'\`\\s\\\\]{5,256})["'\`]|:-(?<w>[^\\s"'\`}$]{5,256})\\})`,
      'dgi',
    ),
    accepts: isSecret,
  },
  {
    // password: ENV.fetch('P', '…'), token = os.environ.get("T", "…")
    rule: 'password',
    literals: named,
    pattern: new RegExp(
      `${WORD}["']?\\s{0,3}(?:=>|[:=])\\s{0,3}(?:ENV\\.fetch|os\\.environ\\.get|os\\.getenv|getenv|env|config|\\w{0,8}\\.?Get)\\(\\s{0,4}["'][\\w.:-]{1,60}["'],\\s{0,8}["'](?<v>[^"'\\s\\\\]{5,256})["']`,
      'dgi',
    ),
    accepts: isSecret,
  },
  {
    // what terraform says that it will change: password = "…" -> "…"
    rule: 'password',
    literals: named,
    pattern: new RegExp(
      `${WORD}["']?\\s{0,12}=\\s{0,3}["'][^"'\\n]{0,128}["']\\s{0,3}->\\s{0,3}["'](?<v>[^"'\\s\\\\]{3,256})`,
      'dgi',
    ),
    accepts: isSecret,
  },
  {
    // the default of a variable of terraform, of a member of a schema, of a parameter of CloudFormation
    rule: 'password',
    literals: [
      {
        text: 'default',
        folded: true,
        before: /(?:pass|pwd|secret|token|credential|key)[\w-]{0,12}\\{0,2}["']?\s{0,3}[:{][^{}]{0,70}$/i,
        follow: /^\\{0,2}["']?\s{0,4}[:=]/,
      },
    ],
    pattern: new RegExp(
      `${WORD}\\\\{0,2}["']?(?:\\s{0,3}:?\\s{0,3}\\{[^{}]{0,240}?|[ \\t]{0,3}:[ \\t]{0,3}\\r?\\n(?:[ \\t]{1,24}\\w{1,40}:[^\\n]{0,120}\\n){0,4}[ \\t]{1,24})\\bdefault\\\\{0,2}["']?\\s{0,4}[:=]\\s{0,4}\\\\{0,2}["']?(?<v>[^"'\\s\\\\,})]{3,256})`,
      'dgi',
    ),
    accepts: isSecret,
  },
  {
    // Dockerfile
    rule: 'password',
    literals: ['ENV ', 'ARG '].map((text) => ({ text, follow: /^[ \t]{0,3}[A-Z][A-Z0-9_]{2,60}[ \t]{1,4}\S/ })),
    pattern: new RegExp(`\\b(?:ENV|ARG)[ \\t]{1,4}(?<n>[A-Z][A-Z0-9_]{2,60})[ \\t]{1,4}["']?${BARE}`, 'dg'),
    accepts: (value, match) => judgeAssignment(match.groups?.n ?? '', value, 'shell') === 'secret',
  },
  {
    // aws configure set NAME VALUE
    rule: 'key',
    literals: ['configure set', 'config set'].map((text) => ({ text })),
    pattern: new RegExp(`\\bconfig(?:ure)?[ \\t]{1,3}set[ \\t]{1,3}${NAME}[ \\t]{1,3}["']?${BARE}`, 'dg'),
    accepts: isSecret,
  },
  {
    // Columns: what `vault kv get` prints. At least two blanks, and nothing behind the value.
    rule: 'password',
    literals: named,
    pattern: new RegExp(
      `^[ \\t│|]{0,8}${NAME}(?:[ \\t]{2,40}|[ \\t]{1,40}[│|][ \\t]{1,8})${BARE}[ \\t│|]{0,40}\\r?$`,
      'dgm',
    ),
    accepts: (value, match) => /\d/.test(value) && judgeAssignment(match.groups?.n ?? '', value, 'shell') === 'secret',
  },
  {
    // terraform output -json: {"db_password": {"sensitive": true, "value": "…"}}
    rule: 'password',
    literals: [
      {
        text: 'value',
        folded: true,
        before: /(?:pass|pwd|secret|token|credential|key)[\w-]{0,12}\\{0,3}["']\s{0,4}:\s{0,4}\{[^{}]{0,70}$/i,
      },
    ],
    pattern:
      /\\{0,3}["'](?<n>[A-Za-z][\w.-]{1,60})\\{0,3}["']\s{0,4}:\s{0,4}\{[^{}]{0,160}?\\{0,3}["']value\\{0,3}["']\s{0,4}:\s{0,4}\\{0,3}["'](?<v>[^"'\s\\]{3,512})/dg,
    accepts: isSecret,
  },
  {
    rule: 'azure',
    literals: [{ text: 'keyName', follow: /^\\{0,3}["']/ }],
    pattern:
      /\bkeyName\\{0,3}["'][^{}]{0,200}?\bvalue\\{0,3}["']\s{0,4}:\s{0,4}\\{0,3}["'](?<v>[A-Za-z0-9+/]{60,100}={0,2})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    rule: 'password',
    literals: ['requirepass', 'masterauth'].map((text) => ({ text, follow: /^[ \t]/ })),
    pattern: new RegExp(`^[ \\t]{0,8}(?:requirepass|masterauth)[ \\t]{1,8}"?${BARE}`, 'dgm'),
    accepts: isTyped,
  },
  {
    rule: 'key',
    literals: [{ text: 'secret set', follow: /^[^\n]{1,80}(?:-b|--body)/ }],
    pattern: /\bsecret set[ \t][^\n]{1,80}?(?:-b|--body)[ \t=]{1,2}["']?(?<v>[^\s"'`$|;&<>\\][^\s"'`|;&<>\\]{5,255})/dg,
    accepts: isTyped,
  },
  {
    // Answers that a script gives to a question for a password.
    rule: 'password',
    literals: ['send "', 'send -- "'].map((text) => ({ text, follow: /^[^"\n]{3}/ })),
    pattern:
      /(?:[Pp]ass(?:word|phrase)|assword)[^\n]{0,30}(?:\n[ \t]{0,16}|[ \t]{0,4})(?:exp_)?send[ \t]{1,3}(?:-- )?"(?<v>[^"\\\r\n$]{3,128})\\r/dg,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: [{ text: 'net use', folded: true, follow: /^[^\n]{3,200}\/user:/i, reach: 220 }],
    pattern:
      /\bnet use[ \t][^\n]{0,120}?\\{2,4}[\w.$-]{1,60}\\{1,2}[\w.$-]{1,60}[ \t]{1,3}(?:\/user:[^\s"]{1,80}[ \t]{1,3})?(?<v>[^\s"/*][^\s"]{2,127})(?=[ \t]{1,3}\/user:|[ \t]{0,3}(?:\/persistent|$))/dgim,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: [{ text: 'ConvertTo-SecureString', folded: true, follow: /^[^\n]{1,20}["']/ }].map((literal) => ({
      ...literal,
      text: literal.text.toLowerCase(),
    })),
    pattern: /\bConvertTo-SecureString[ \t]{1,3}(?:-String[ \t]{1,3})?\\{0,2}["'](?<v>[^"'\r\n\\$]{3,256})/dgi,
    accepts: isTyped,
  },
  {
    rule: 'password',
    literals: [{ text: 'convertto-securestring', folded: true, before: /["']\s{0,3}\|\s{0,3}$/ }],
    pattern: /["'](?<v>[^"'\r\n\\$]{3,256})\\{0,2}["']\s{0,3}\|\s{0,3}ConvertTo-SecureString\b/dgi,
    accepts: isTyped,
  },
  {
    // composer's auth.json
    rule: 'token',
    literals: ['github-oauth', 'gitlab-token'].map((text) => ({ text })),
    pattern:
      /\b(?:github-oauth|gitlab-token)\\{0,3}["']\s{0,8}:\s{0,8}\{\s{0,20}\\{0,3}["'][\w.-]{3,80}\\{0,3}["']\s{0,8}:\s{0,8}\\{0,3}["'](?<v>\w{20,255})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    // conda's channels have the token in their path, which looks like an address of ours
    rule: 'token',
    literals: [
      { text: ['', 't', ''].join('/'), before: /\.[a-z]{2,16}(?::\d{1,5})?$/, follow: /^(?:tk-)?[A-Za-z0-9-]{20}/ },
    ],
    pattern: /(?<=[a-z0-9-]\.[a-z]{2,16}(?::\d{1,5})?\/t\/)(?<v>(?:tk-)?[A-Za-z0-9-]{20,120})(?=\/)/dg,
    accepts: (value) => looksRandom(value.replace(/^tk-/, '')),
  },
];
