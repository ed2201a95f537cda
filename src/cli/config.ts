/** Reads `content/site.json`: every member checked, every unknown one named, defaults filled in. */
/** A misspelt rule must never publish anything, so nothing is guessed: it is an error that says where. The one file that knows the schema library. */

import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { isJsonObject } from '../base/json.ts';
import { findRepeatedMember } from '../base/read-canonical.ts';
import { parseProject } from '../model/place.ts';
import type { SiteConfig } from '../model/site-config.ts';
import { ConfigError, isSystemError } from './errors.ts';

/** The library takes a list for an object. */
const object = v.custom<object>((value) => isJsonObject(value), 'must be an object');
const text = v.string('must be a text');
const flag = v.boolean('must be true or false');
const texts = listOf(text);
const conversation = v.pipe(
  text,
  v.regex(/^(?:\*|[0-9a-f]{8,64})$/, "must be 8 to 64 digits 0-9 a-f of a conversation's id, or *"),
);
const turn = v.pipe(text, v.regex(/^[0-9a-f]{16,64}$/, 'must be 16 to 64 digits 0-9 a-f of a turn'));
const visibility = v.picklist(['public', 'private'], 'must be "public" or "private"');
const url = v.pipe(
  text,
  v.check(isWebAddress, (issue) => `is no http or https address: "${issue.input}"`),
  v.check(
    (value) => /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*\/?$/.test(new URL(value).pathname),
    'has a path that is not made of letters, digits and -._~',
  ),
  v.transform((value) => new URL(value).origin + new URL(value).pathname.replace(/\/*$/, '/')),
);
const price = v.pipe(v.number('must be a number'), v.minValue(0, 'must not be below 0'), v.finite('must be finite'));
const optional = { text: v.exactOptional(text), conversation: v.exactOptional(conversation) };

const MERE_NAME =
  'names its project by a word that many folders may have: write the folder, as in "~/dev/my-app", or the repository, as in "github.com/me/my-app"';

/** The whole of it, with its defaults. The table in docs/publishing.md says what each member means. */
const schema = members({
  $schema: v.exactOptional(v.unknown()),
  title: v.optional(text, 'Agent sessions'),
  description: v.optional(text, 'Conversations with AI agents'),
  url: v.optional(url, 'http://localhost:8080/'),
  author: v.optional(text, ''),
  language: v.optional(text, 'en'),
  color: v.optional(
    v.pipe(text, v.regex(/^(?:#[0-9a-fA-F]{6})?$/, 'must be a colour as "#" and six digits, as in "#1f6f50"')),
    '',
  ),
  prices: v.optional(
    listOf(
      members({
        ...{ model: text, input: price, output: price },
        ...{ cached: v.exactOptional(price), written: v.exactOptional(price) },
      }),
    ),
    [],
  ),
  currency: v.optional(text, 'USD'),
  documentation: v.optional(flag, false),
  publish: v.optional(
    listOf(
      v.pipe(
        members({
          ...{ agent: optional.text, project: optional.text, tag: optional.text, conversation: optional.conversation },
          visibility,
        }),
        v.check(
          ({ visibility: _, ...matchers }) => Object.keys(matchers).length > 0,
          'fits everything: name what it is for with agent, project, tag or conversation; "conversation": "*" is every one',
        ),
        v.check((rule) => rule.visibility === 'private' || isPlace(rule.project), MERE_NAME),
      ),
    ),
    [],
  ),
  tags: v.optional(
    listOf(
      v.pipe(
        members({
          ...{ agent: optional.text, project: optional.text, conversation: optional.conversation },
          add: v.optional(texts, []),
        }),
        v.check(
          ({ add: _, ...matchers }) => Object.keys(matchers).length > 0,
          'fits everything: name what it is for with agent, project or conversation; "conversation": "*" is every one',
        ),
        v.check((rule) => isPlace(rule.project), MERE_NAME),
      ),
    ),
    [],
  ),
  following: v.optional(
    members({
      river: v.optional(flag, false),
      blogroll: v.optional(flag, false),
      neighbours: v.optional(flag, false),
      wander: v.optional(flag, false),
    }),
    {},
  ),
  search: v.optional(members({ toolOutput: v.optional(flag, false) }), {}),
  images: v.optional(members({ publish: v.optional(flag, false) }), {}),
  redact: v.optional(
    members({ words: v.optional(texts, []), personal: v.optional(flag, true), allow: v.optional(listOf(turn), []) }),
    {},
  ),
});

export const DEFAULT_CONFIG: SiteConfig = checkConfig({}, 'site.json');

/** The configuration in a file; the defaults when there is no such file and it was not asked for by name. Throws ConfigError. */
export function readConfig(file: string, mustExist: boolean): SiteConfig {
  let json: string;
  try {
    json = readFileSync(file, 'utf8');
  } catch (cause) {
    if (isSystemError(cause) && cause.code === 'ENOENT' && !mustExist) return DEFAULT_CONFIG;
    throw new ConfigError(file, 'cannot be read', cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ConfigError(file, `is not JSON: ${(cause as Error).message}`, cause);
  }
  const repeated = findRepeatedMember(json);
  if (repeated !== undefined) throw new ConfigError(file, `${repeated} stands twice`);
  return checkConfig(value, file);
}

/** Exported for tests: the same for a value that was parsed. */
export function checkConfig(value: unknown, file: string): SiteConfig {
  const result = v.safeParse(schema, value);
  if (!result.success) {
    // a misspelt member explains best why another is missing
    const issue = result.issues.find(isUnknownMember) ?? result.issues[0];
    throw new ConfigError(file, `${v.getDotPath(issue) === null ? 'the file' : placeOf(issue)} ${issue.message}`);
  }
  const { $schema: _, ...config } = result.output;
  return config;
}

/** An object with these members and no others. */
function members<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries).filter((name) => name !== '$schema');
  const shape = v.strictObject(entries, (issue) => {
    if (isUnknownMember(issue)) return `is not known; known here: ${known.join(', ')}`;
    const missing = issue.path?.at(-1)?.key;
    const entry = typeof missing === 'string' && issue.input === undefined ? entries[missing] : undefined;
    return entry !== undefined && 'message' in entry && typeof entry.message === 'string'
      ? entry.message
      : 'must be an object';
  });
  return v.pipe(object, shape);
}

function listOf<const Entry extends v.GenericSchema>(entry: Entry) {
  return v.array(entry, 'must be a list');
}

function isUnknownMember(issue: { readonly type: string; readonly expected: string | null }): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

/** `publish[2].visibility` */
function placeOf(issue: v.BaseIssue<unknown>): string {
  const steps = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  return steps.join('').replace(/^\./, '');
}

function isWebAddress(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** Whether a project says which one it is. */
function isPlace(project: string | undefined): boolean {
  return project === undefined || parseProject(project).kind !== 'name';
}
