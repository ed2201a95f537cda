/** What a name says about the value it is given to: `DB_PASSWORD`, `api_key`, `nextPageToken`. */
/** Names are read word by word: what merely ends in the letters of a harmless word is not harmless. */

/** `password` and `secret` name nothing else; a `key` may be one of a map; `session` and `pin` need values of their own make. */
export type NameKind = 'password' | 'secret' | 'key' | 'session' | 'pin';

/** Undefined: the name says nothing, or says that the value is none (`max_tokens`, `cacheKey`). */
export function kindOfName(name: string): NameKind | undefined {
  if (name.length > LONGEST_KEPT) return readKind(name);
  const known = kinds.get(name);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const kind = readKind(name);
  if (kinds.size >= MOST_KINDS) kinds.clear();
  kinds.set(name, kind ?? 'none');
  return kind;
}

/** What the names seen last say: members of a session's records have the same few names, over and over. */
const kinds = new Map<string, NameKind | 'none'>();
const MOST_KINDS = 1024;
/** A longer one may hold all of the text that it was cut from in memory. */
const LONGEST_KEPT = 12;

function readKind(name: string): NameKind | undefined {
  const words = wordsOf(name);
  while (words.length > 1 && SUFFIX.test(words.at(-1) ?? '')) words.pop();
  const last = (words.pop() ?? '').replace(/\d{1,2}$/, '');
  const before = words.at(-1);
  if (/(?:passwords?|passwd|passphrase|kennwort|passwort)$/.test(last) || /(?:.pwd|^passcode|^psk)$/.test(last))
    return 'password';
  if (last === 'phrase' && before === 'pass') return 'password';
  if (last === 'pwd') return before === undefined && !/[a-z]/.test(name) ? undefined : 'password';
  // `PASS:` is what tests say
  if (name === 'pass') return 'password';
  if (GLUED_PASS.test(last)) return 'password';
  if (last === 'pass') return before === undefined || TEST_WORDS.has(before) ? undefined : 'password';
  if (/(?:secret|credentials?)$/.test(last)) return before === 'public' ? undefined : 'secret';
  // `SECRET_ID` of Vault; `--auth`, which options alone are called
  if (last === 'id' && before === 'secret') return 'secret';
  if (name === 'auth' || name === 'bearer') return 'secret';
  if ((last === 'salt' || last === 'pepper') && before !== undefined && SALTED.has(before)) return 'secret';
  if (last === 'token' || last === 'key') return kindOfLast(name, last, before);
  if (GLUED.test(last) || (last === 'pat' && (before !== undefined || name === 'PAT'))) return 'secret';
  // In capitals words are often written in one: `GITHUBTOKEN`, but neither `MONKEY` nor `HOTKEY`.
  if (!/[a-z]/.test(name) && /.{3}token$/.test(last)) return 'secret';
  if (SESSION.test(before === undefined ? last : `${before} ${last}`)) return 'session';
  return PIN.test(before === undefined ? last : `${before} ${last}`) ? 'pin' : undefined;
}

/** Whether a name is written as an environment's variable is: `DB_PASSWORD`. */
export function isConstant(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name);
}

function kindOfLast(name: string, last: 'token' | 'key', before: string | undefined): NameKind | undefined {
  if (before !== undefined && (NEVER.has(before) || (!isConstant(name) && IN_CODE.has(before)))) return undefined;
  if (last === 'token') return 'secret';
  return before !== undefined && KEY_WORDS.has(before) ? 'secret' : 'key';
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** What may stand behind the word that counts: `API_KEY_PROD`, `password2`, `secret_b64`. */
const SUFFIX =
  /^(?:base|b|b64|base64|hex|enc|raw|plain|plaintext|text|value|val|string|str|prod|production|dev|development|test|testing|staging|stage|live|old|new|current|main|default|primary|secondary|backup|\d{1,4})$/;
const GLUED =
  /^(?:[a-z]{0,20}(?:api|access|secret|private|signing|encryption|auth|master|account|license|deploy)key|(?:[a-z]{0,20}(?:api|access|auth|bearer|bot|refresh|secret|session|private|personal|security|user)|id|oauth)token)$/;
/** Words before `key` with which it is always a secret. */
const KEY_WORDS = words(
  'api access secret private signing encryption auth master service storage account session license deploy webhook shared client admin hmac aes cipher jwt ssh preshared decryption validation consumer recovery unseal wallet subscription fernet application',
);
/** `dbpass`, but neither `bypass` nor `compass`. */
const GLUED_PASS =
  /^(?:remote|user|db|smtp|imap|ldap|http|ftp|ssh|root|admin|sudo|key|store|wifi|wlan|mysql|pg|redis|mqtt|my|trust|local|login|cert|vnc|rpc|app)pass$/;
/** Salts of WordPress and Drupal, which are keys. */
const SALTED = words('auth in nonce hash password secret');
/** Words with which `token` and `key` count, point or name, whoever writes them. */
const NEVER = words(
  'max min num n count counts total next prev previous page continuation starting cursor cache primary foreign sort partition public idempotency request product navigation embedding lock change routing dedupe dedup i18n eos bos pad unk',
);
/** The same, but a variable of the environment with such a name may well be a secret: an action's `INPUT_TOKEN`. */
const IN_CODE = words(
  'object map row column group order input output prompt completion hot short arrow query config prefix special mask stop translation sync storage start end line this self first last current old new json dict lookup index unique composite hash range state item entry field data model node list option label event action type name id cell props react vue tab menu css svg',
);
const TEST_WORDS = words(
  'test tests check checks all should must will did to by second first one multi single render post pre compiler',
);
const SESSION = /^(?:session ?id|sid|[a-z]{0,20}sess(?:ion)?id|connect sid|session cookie)$/;
const PIN =
  /^(?:(?:[a-z0-9]{0,20} )?(?:otp|totp|cvv|cvc|pin)|(?:mfa|pin|otp|2fa|security|verification|backup|recovery|access) code)$/;
