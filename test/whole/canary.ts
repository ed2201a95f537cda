/** Canaries: made-up secrets of every kind, each with one word that is nowhere else. */
/** Put together at run time, so that no host takes this file for a leak. */

import { createHash } from 'node:crypto';
import { readingsOf } from './published.ts';

/** A secret in the text that it would stand in. */
export interface Secret {
  readonly kind: string;
  /** The text, with the canary in the part that must go. */
  readonly text: string;
}

const glue = (...pieces: readonly string[]): string => pieces.join('');
const PREFIX = 'kqzx7';
const CANARY = new RegExp(`${PREFIX}[0-9a-z]{11}`, 'gi');

/** Sixteen letters and digits that only this name has. */
export function canaryOf(name: string): string {
  return PREFIX + filler(name, 11).toLowerCase();
}

/** Letters and digits from a name. */
export function filler(name: string, length: number): string {
  let out = '';
  for (let i = 0; out.length < length; i++) {
    out += createHash('sha256').update(`${name} ${i}`).digest('base64').replace(/[+/=]/g, '');
  }
  return out.slice(0, length);
}

/** Kinds that are known by their own shape: found in every encoding too. */
export const shaped: Readonly<Record<string, (canary: string) => string>> = {
  github: (c) => glue('gh', 'p_', c, filler(c, 20)),
  anthropic: (c) => glue('sk-', 'ant-api03-', c, filler(c, 77), 'AA'),
  openai: (c) => glue('sk-', 'proj-', c, filler(c, 58), 'T3Blbk', 'FJ', filler(`${c}2`, 74)),
  google: (c) => glue('AI', 'za', c, filler(c, 19)),
  stripe: (c) => glue('sk_', 'live_', c, filler(c, 8)),
  slack: (c) => glue('xo', 'xb-', '123456789012-', c, filler(c, 8)),
  gitlab: (c) => glue('gl', 'pat-', c, filler(c, 4)),
  npm: (c) => glue('np', 'm_', c, filler(c, 20)),
  aws: (c) => glue('AK', 'IA', c.toUpperCase()),
  jwt: (c) => glue('ey', 'JhbGciOiJIUzI1NiJ9', '.', 'ey', 'JzdWIiOiI', c, filler(c, 20), '.', filler(`${c}2`, 43)),
};

/** Kinds that are known by what stands around them. */
export const framed: Readonly<Record<string, (canary: string) => string>> = {
  'aws key': (c) => glue('AWS_SECRET', '_ACCESS_KEY=', c, filler(c, 24)),
  bearer: (c) => glue('Authorization: Bearer ', c, filler(c, 16)),
  cookie: (c) => glue('Cookie: theme=dark; sessionid=', c, filler(c, 16)),
  password: (c) => glue('export DB_PASS', 'WORD=', c),
  'JSON password': (c) => glue('{"pass', 'word":"', c, '","next":"kept"}'),
  'database URL': (c) => glue('postgres://app:', c, '@db.acme.dev:5432/app'),
  'private key': (c) =>
    glue(
      '-----BEGIN ',
      'PRIVATE ',
      'KEY-----\n',
      filler(c, 64),
      '\n',
      c,
      filler(`${c}2`, 48),
      '\n-----END ',
      'PRIVATE ',
      'KEY-----',
    ),
};

/** Kinds that only the person's own configuration, environment or name makes secret. */
export const personal: Readonly<Record<string, (canary: string) => string>> = {
  home: (c) => `/home/${c}/code/app/main.ts`,
  email: (c) => `${c}@acme-mail.dev`,
  word: (c) => c,
  environment: (c) => c,
};

/** Every canary that can be read in a text, in any of its readings. */
export function findCanaries(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const reading of readingsOf(text)) {
    for (const [canary] of reading.matchAll(CANARY)) found.add(canary.toLowerCase());
  }
  return found;
}
