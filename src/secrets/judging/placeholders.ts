/** What only looks like a secret: templates, masks, documentation samples, code that names a variable. */
/** Over-redaction destroys text for good, so every rule asks here before it fires. */

/** Whether a value stands for a secret without being one. */
export function isPlaceholder(value: string): boolean {
  return (
    value.length === 0 ||
    MARKER_ONLY.test(value) ||
    TEMPLATE.test(value) ||
    SAMPLE.test(value) ||
    MANUAL.test(value) ||
    isCharacterSet(value) ||
    distinctCharacters(value, 5) < (value.length >= 12 ? 5 : 3)
  );
}

/** Whether the value is so irregular that no person would write it by hand as a word, a path or a name. */
export function looksRandom(value: string): boolean {
  if (value.length < 16 || !RANDOM_ALPHABET.test(value) || isIdentity(value)) return false;
  const longest = value.split(/[^A-Za-z0-9]+/).reduce((a, b) => (b.length > a.length ? b : a), '');
  if (longest.length < 12 || !/[A-Za-z]/.test(value)) return false;
  // Names of code change case at each word; letters alone must do so far more often.
  if (!/\d/.test(value) && isWords(longest)) return false;
  const least = /\d/.test(value) ? 4 : Math.max(8, longest.length * 0.4);
  return classChanges(longest) >= least && entropy(value) >= 3;
}

/** Names of code, however short their words: at most a quarter stands outside of words of three letters (`LessThanLessThanToken`). */
function isWords(letters: string): boolean {
  return letters.replace(/(?:^[a-z]|[A-Z])[a-z]{2,}/g, '').length <= letters.length / 4;
}

/** Alphabets and sets of characters: one behind the other, or many of which none comes twice. */
function isCharacterSet(value: string): boolean {
  if (value.length < 16) return false;
  let steps = 0;
  for (let i = 1; i < value.length; i++) {
    const step = Math.abs(value.charCodeAt(i) - value.charCodeAt(i - 1));
    if (step === 1 || step === 2) steps++;
  }
  return (
    steps >= value.length * 0.75 || (value.length >= 40 && value.length <= 128 && new Set(value).size === value.length)
  );
}

/** Bits a character, from the counts of the characters in the value. */
export function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const c of value) counts.set(c, (counts.get(c) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= (n / value.length) * Math.log2(n / value.length);
  return bits;
}

/** Hashes and ids: commits, BLAKE3 and SHA digests, UUIDs. Public names of things, never redacted by shape alone. */
export function isIdentity(value: string): boolean {
  return /^(?:(?:sha\d{1,3}|blake3)[:-])?[0-9a-fA-F]{7,128}$/.test(value) || UUID.test(value);
}

const UUID = /^[{(]?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}[)}]?$/;
const RANDOM_ALPHABET = /^[A-Za-z0-9+/=_.~!@#%^&*:-]{16,4096}$/;
/** A mask is taken whole: a text with many ways to cut it would take as many tries. */
const MARKER_ONLY = /^(?:\[redacted(?::[a-z0-9-]{1,40}:\d{1,6})?\]|[*•.…xX#?_-]{3,}(?![*•.…xX#?_-]))+$/;
const TEMPLATE =
  /^(?:\$(?:[{(?*@#!]|\$[A-Za-z_{(]|[A-Za-z_]\w*(?:$|[/:.;,\s\\-])|\d$)|\{\{?|%(?:[A-Z_(]|\[\d)|<|\[|[@&][\w./:-]*$|\*[A-Za-z])|\$\{[^}]{0,80}\}|\{\{[^}]{0,80}\}\}|\*{3,}|\.{3}|…|<[a-z][a-z _-]{0,40}>/i;
const SAMPLE =
  /EXAMPLE|^(?:your|my|the|some|a|an|insert|replace|enter|put|add)[-_ ]|^your[A-Z]|^anonymous@?$|^my(?:token|secret|key)\d?$|^your[._]?\w*@|^(?:db|app|user|root|admin|new|old|test)[-_](?:password|passwd|secret|token|key)$|REDACTED|xxxx|change[-_]?me|placeholder|dummy|fake|sample|not[-_]?a[-_]?(?:real|secret)|^(?:null|nil|none|undefined|true|false|empty|unset|unknown|hidden|secret|token|password|passwd|pass|key|string|str|text|int|number|bool|boolean|object|any|void|test|todo|required|optional|default|example|foo|bar|baz|redacted|masked|value)$|SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c/i;

/** What manuals write where a password goes: a word for one, alone or behind what it is for; and a word that was cut at the end of a line. */
const MANUAL =
  /^(?:(?:new|old|current|my|your|his|some|the|an?|user|admin|root|db|key|store|keystore|truststore|private|master|default|clear|cleartext|plain|test|auth|login|proxy|server|client|foo|bar|incorrect|wrong)[-_ ]?){0,3}(?:(?:password|passwd|passphrase|passwort|phrase|secret)(?:[-_ ]?(?:here|string|text|goes[-_ ]here))?|(?:pass|pwd|pw)\d?|auth_string)$|^(?:[a-z]{1,12}[-_]){1,3}password$|^(?:[a-z]{1,12}[-_]){0,3}password(?:[-_][a-z]{1,12}){1,3}$|^(?:wachtwoord|mot[-_ ]?de[-_ ]?passe|contrase(?:ñ|n|ny)a|senha|has[lł]o|пароль|l(?:ö|o)senord|adgangskode|salasana|parola|jelszó?o?|kennwort|密码|密碼|パスワード|비밀번호)$|^foobared$|^[a-z]{2,12}-$/i;

function distinctCharacters(value: string, enough: number): number {
  const seen = new Set<string>();
  for (const c of value) {
    seen.add(c);
    if (seen.size >= enough) break;
  }
  return seen.size;
}

/** How often the text goes over between lower case, upper case and digits. */
function classChanges(value: string): number {
  let changes = 0;
  let before = classOf(value.charCodeAt(0));
  for (let i = 1; i < value.length; i++) {
    const now = classOf(value.charCodeAt(i));
    if (now !== before) changes++;
    before = now;
  }
  return changes;
}

function classOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return 0;
  return code >= 0x61 ? 1 : 2;
}
