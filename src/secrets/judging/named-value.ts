/** Whether a value is a secret because of the name that it is given to. */
/** Code is full of such names with nothing secret behind them, so name, spelling and value decide together. */

import { isIdentity, isPlaceholder, looksRandom } from './placeholders.ts';
import { isConstant, kindOfName, type NameKind } from './secret-names.ts';

export type Verdict = 'secret' | 'doubtful' | 'none';

/** How a value was written. `shell`: without quotes after `=`; `code`: without quotes after anything else. */
export type Spelling = 'quoted' | 'shell' | 'code';

/** Whether a value given to a name is a secret. Also used for members of decoded JSON, whose key is the name. */
export function judgeAssignment(name: string, value: string, spelling: Spelling): Verdict {
  const kind = kindOfName(name);
  if (kind === undefined || isPlaceholder(value) || isReference(value) || LOCATION.test(value)) return 'none';
  if (sameLetters(name, value) || ASIAN.test(value)) return 'none';
  if (CLIENT.test(name) && /^[0-9a-f]{8}-/.test(value)) return 'none';
  // `BAD_PASSWORD = ERROR_BASE + 15`
  if (spelling !== 'quoted' && /^(?=(?:.*[A-Z]{2}){2})[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value)) return 'none';
  // `Pass P = Discriminator::Pass1`, `STENCIL_PASS: 0x0B96`
  if (/^:|^0x[0-9a-f]{1,8}$/i.test(value)) return 'none';
  if (name === 'pass' && (spelling === 'code' ? !isMixed(value) : !/\d/.test(value) || /^-|\s/.test(value)))
    return 'none';
  const constant = isConstant(name);
  if (spelling !== 'quoted' && !constant && VARIABLE.test(value)) return 'none';
  if (kind === 'password') return judgePassword(name, value, spelling);
  if (kind === 'secret' && spelling === 'quoted' && isGarble(value, constant)) return 'secret';
  if (/\s/.test(value)) return 'none';
  if (kind === 'pin')
    return (/^\d{4,8}$/.test(value) && !COUNTED.test(value)) ||
      (/cv[vc]$/i.test(name) && /^\d{3}$/.test(value) && !COUNTED.test(value))
      ? 'secret'
      : 'none';
  if (kind === 'session') return judgeSession(value);
  if (isIdentity(value)) return judgeIdentity(name, kind, value, spelling === 'code' && !QUALIFIED.test(name));
  if (looksRandom(value)) return kind === 'key' && !constant ? 'none' : 'secret';
  if (kind === 'secret' && (constant || spelling === 'quoted') && spelling !== 'code') {
    if (constant)
      return value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value) && KEY_TEXT.test(value)
        ? 'secret'
        : 'none';
    return isHandMade(value) ? 'secret' : 'none';
  }
  return 'none';
}

/** Hexadecimal is a secret only where the name leaves nothing else; a UUID is what ids are made of. */
function judgeIdentity(name: string, kind: NameKind, value: string, unsure: boolean): Verdict {
  const constant = isConstant(name);
  const uuid = value.includes('-');
  if (/^\d+$/.test(value)) return kind === 'secret' && constant && value.length >= 12 ? 'secret' : 'none';
  if (kind === 'key') return constant && !uuid && value.length >= 32 ? 'doubtful' : 'none';
  if (value.length < 20) return 'none';
  if (uuid) return constant || LETS_IN.test(name) ? 'secret' : CLIENT.test(name) ? 'none' : 'doubtful';
  return unsure && !constant ? 'doubtful' : 'secret';
}

/** Names that leave nothing else, though an id stands behind them: some services make their keys so. */
const LETS_IN =
  /(?:auth|api|access|refresh|bearer|deploy|server)[-_ ]?token$|(?:secret|private)[-_ ]?key$|secret[-_ ]?id$|(?:client|app)[-_ ]?secret$/i;
/** With such a token a client says that it is the same request again. */
const CLIENT = /(?:^|[a-z_-])client[-_]?token$/i;

/** What manuals write for a number of their own. */
const COUNTED = /^(?:0?123(?:4(?:5(?:6(?:78?)?)?)?)?|(\d)\1+)$/;
/** `testRSA2048PrivateKey`: what is called so holds it. */
const VARIABLE = /^[A-Za-z_$][\w$]{0,80}(?:Key|Token|Secret|Password|Pass|_key|_token|_secret|_password)s?$/;
/** Sentences that are written without blanks. */
const ASIAN = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;
/** Letters, digits and marks, but no brackets: a pattern or a template is no key. */
const KEY_TEXT = /^[\w+/=.~!@#$%^&*:-]+$/;

/** More than one word: an `auth_token` is no token of a grammar. */
const QUALIFIED = /[A-Za-z0-9][-_ ][A-Za-z0-9]|[a-z][A-Z]/;

/** Ids of conversations are no keys: agents write them everywhere. What a server hands to a browser has no name in it. */
function judgeSession(value: string): Verdict {
  if (/^(?:ses|sess|session|conv|run|thread|msg|task)[-_]/i.test(value) || value.includes('-')) return 'none';
  return (looksRandom(value) && isRestless(value)) || /^(?=.*\d)(?=.*[a-f])[0-9a-f]{24,128}$/.test(value)
    ? 'secret'
    : 'none';
}

/** Letters, digits and marks in no order, as a generator of keys writes them: `zl%52v=z(*ut(!nr&ya#`. */
function isGarble(value: string, constant: boolean): boolean {
  if (value.length < 10 || value.length > 128) return false;
  const marks = value.match(/[^A-Za-z0-9\s_./:-]/g) ?? [];
  if (value.length < 32) return isMixed(value);
  const changes = value.match(/[A-Za-z](?=[^A-Za-z])|\d(?=\D)/g)?.length ?? 0;
  // code that follows a name in a text has blanks, and so have WordPress' keys
  if (/\s/.test(value) && (!constant || /[a-z]{6}/.test(value))) return false;
  const most = value.length / 8;
  return (
    new Set(marks).size >= 3 &&
    marks.length >= 4 &&
    changes > most &&
    (value.match(/\s/g)?.length ?? 0) < most &&
    /\d/.test(value)
  );
}

/** Letters of either case, digits and marks: what is behind `pass:` in a log of tests has no mark. */
function isMixed(value: string): boolean {
  return value.length >= 10 && MIXED.every((kind) => kind.test(value)) && /^[\w!@#$%^&*?+~.-]+$/.test(value);
}

const MIXED = [/[a-z]/, /[A-Z]/, /\d/, /[!@#$%^&*?+~]/];

/** Letters and digits in turns, of which no word is made: `s3cr3t_t0ken_99`. */
function isHandMade(value: string): boolean {
  return (
    value.length >= 12 && value.length <= 64 && /(?:[A-Za-z]{1,8}\d{1,4}){2}/.test(value) && !/[\s/\\]/.test(value)
  );
}

/** Code that fetches the value from elsewhere. Names joined by points, unless one of them is of no word. */
function isReference(value: string): boolean {
  if (!REFERENCE.test(value)) return false;
  return !/^[\w.-]+$/.test(value) || !value.split('.').some((piece) => looksRandom(piece) && isRestless(piece));
}

/** Goes over between letters of either case and digits more often than words in a row with a number among them do. */
function isRestless(value: string): boolean {
  return (value.match(/[a-z](?![a-z])|[A-Z](?![A-Z])|\d(?!\d)/g)?.length ?? 0) > value.length * 0.42;
}

const REFERENCE =
  /^(?:process|os|env|ENV|config|cfg|settings|secrets|this|self|ctx|req|request|props|options|opts|args|params|vars?|data|local|module|input|getenv|await|new|function|async|lambda|return|import|require|typeof)\b|^[A-Za-z_$][\w$]{0,80}(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]{0,80}){1,8}[[({]?$|^[A-Za-z_$][\w$.]{0,80}[[({]|^[-=:.,/|{}()[\]]+$/;
const LOCATION = /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|[~.]{0,2}\/[\w.-]+\/|[~.]{0,2}\/[\w.-]+$|[A-Za-z]:[\\/])/;

function judgePassword(name: string, value: string, spelling: Spelling): Verdict {
  const constant = isConstant(name);
  if (/\s/.test(value)) return constant && spelling === 'quoted' && !/^\s/.test(value) ? 'secret' : 'none';
  // `JPOOL_PASS = one`: how often something is gone through
  if (constant && spelling !== 'code')
    return name.endsWith('PASS') && /^[a-z]{1,7}$/.test(value) ? 'doubtful' : 'secret';
  if (/^\d+$/.test(value)) return judgeNumber(value, spelling);
  // what Apple and Google make for one application
  if (/^[a-z]{4}(?:[- ][a-z]{4}){3}$/.test(value)) return 'secret';
  const mixed = /[A-Za-z]/.test(value) && /[\d!@#$%^&*+~]/.test(value) && !ALGORITHM.test(value);
  if (spelling === 'quoted') {
    if (mixed && value.length >= 5) return 'secret';
    return value.length >= 8 ? 'doubtful' : 'none';
  }
  return mixed && value.length >= 6 && !/[[\]{}]/.test(value) ? 'secret' : 'none';
}

/** How a password is kept, not what it is. */
const ALGORITHM =
  /^(?:sha-?\d{1,3}|md[45]\w*|s?bcrypt\w*|argon2\w*|pbkdf2\w*|scram\w*|base64|utf-?8\w*|oauth2?|caching_sha2_password|ed25519)$/i;

/** `--password 12345678`; a small number behind a colon counts something. */
function judgeNumber(value: string, spelling: Spelling): Verdict {
  return value.length >= (spelling === 'code' ? 6 : 4) ? 'secret' : 'none';
}

/** The name said again, or what it begins with: `STORAGE_V1_CLIENT_KEY = 'storage_v1_client'`. */
function sameLetters(name: string, value: string): boolean {
  const letters = (s: string) => s.replace(/[^A-Za-z\d]/g, '').toLowerCase();
  const v = letters(value);
  if (!/[a-z]/.test(v) || v.length !== value.replace(/[\s_.:-]/g, '').length) return false;
  return letters(name).endsWith(v) || (v.length >= 8 && letters(name).startsWith(v));
}

/** What a value given to such a name is called. */
export function ruleOfName(name: string): string {
  const kind = kindOfName(name);
  if (kind === 'password' || kind === 'session' || kind === 'pin') return kind;
  if (/token[^a-z]*$/i.test(name)) return 'token';
  return kind === 'secret' && !/key/i.test(name) ? 'secret' : 'key';
}
