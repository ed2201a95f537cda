/** Reads `content/site.json`: every member checked, every unknown one named, defaults filled in. */
/** A misspelt rule must never publish anything, so nothing is guessed: it is an error that says where. */

import { readFileSync } from 'node:fs';
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { PublishRule, SiteConfig } from '../model/site-config.ts';
import { ConfigError, isSystemError } from './errors.ts';

export const DEFAULT_CONFIG: SiteConfig = {
  title: 'Agent sessions',
  description: 'Conversations with AI agents',
  url: 'http://localhost:8080/',
  author: '',
  language: 'en',
  publish: [],
  tags: [],
  search: { toolOutput: false },
  images: { publish: false },
  redact: { words: [], personal: true, allow: [] },
};

/** The configuration in a file; the defaults when there is no such file and it was not asked for by name. Throws ConfigError. */
export function readConfig(file: string, mustExist: boolean): SiteConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (isSystemError(cause) && cause.code === 'ENOENT' && !mustExist) return DEFAULT_CONFIG;
    throw new ConfigError(file, 'cannot be read', cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(file, `is not JSON: ${(cause as Error).message}`, cause);
  }
  return checkConfig(value, file);
}

/** Exported for tests: the same for a value that was parsed. */
export function checkConfig(value: unknown, file: string): SiteConfig {
  const top = object(value, '', file, [
    '$schema',
    'title',
    'description',
    'url',
    'author',
    'language',
    'publish',
    'tags',
    'search',
    'images',
    'redact',
  ]);
  const search = object(top.search ?? {}, 'search', file, ['toolOutput']);
  const images = object(top.images ?? {}, 'images', file, ['publish']);
  const redact = object(top.redact ?? {}, 'redact', file, ['words', 'personal', 'allow']);
  return {
    title: string(top.title, 'title', file, DEFAULT_CONFIG.title),
    description: string(top.description, 'description', file, DEFAULT_CONFIG.description),
    url: siteUrl(string(top.url, 'url', file, DEFAULT_CONFIG.url), file),
    author: string(top.author, 'author', file, DEFAULT_CONFIG.author),
    language: string(top.language, 'language', file, DEFAULT_CONFIG.language),
    publish: list(top.publish, 'publish', file).map((rule, i) => publishRule(rule, `publish[${i}]`, file)),
    tags: list(top.tags, 'tags', file).map((rule, i) => tagRule(rule, `tags[${i}]`, file)),
    search: { toolOutput: boolean(search.toolOutput, 'search.toolOutput', file, DEFAULT_CONFIG.search.toolOutput) },
    images: { publish: boolean(images.publish, 'images.publish', file, DEFAULT_CONFIG.images.publish) },
    redact: {
      words: strings(redact.words, 'redact.words', file),
      personal: boolean(redact.personal, 'redact.personal', file, DEFAULT_CONFIG.redact.personal),
      allow: strings(redact.allow, 'redact.allow', file).map((turn, i) => turnPrefix(turn, `redact.allow[${i}]`, file)),
    },
  };
}

function publishRule(value: JsonValue, at: string, file: string): PublishRule {
  const rule = object(value, at, file, ['agent', 'project', 'tag', 'conversation', 'visibility']);
  const visibility = rule.visibility;
  if (visibility !== 'public' && visibility !== 'private') {
    throw new ConfigError(file, `${at}.visibility must be "public" or "private"`);
  }
  return { ...matchers(rule, at, file), visibility };
}

function tagRule(value: JsonValue, at: string, file: string): SiteConfig['tags'][number] {
  const rule = object(value, at, file, ['agent', 'project', 'conversation', 'add']);
  const { agent, project, conversation } = matchers(rule, at, file);
  return {
    ...(agent === undefined ? {} : { agent }),
    ...(project === undefined ? {} : { project }),
    ...(conversation === undefined ? {} : { conversation }),
    add: strings(rule.add, `${at}.add`, file),
  };
}

function matchers(
  rule: JsonObject,
  at: string,
  file: string,
): { agent?: string; project?: string; tag?: string; conversation?: string } {
  const found: Record<string, string> = {};
  for (const name of ['agent', 'project', 'tag', 'conversation']) {
    if (rule[name] !== undefined) found[name] = string(rule[name], `${at}.${name}`, file, '');
  }
  if (found.conversation !== undefined && !/^[0-9a-f]{8,64}$/.test(found.conversation)) {
    throw new ConfigError(file, `${at}.conversation must be 8 to 64 digits 0-9 a-f of a conversation's id`);
  }
  return found;
}

function turnPrefix(value: string, at: string, file: string): string {
  if (!/^[0-9a-f]{16,64}$/.test(value)) throw new ConfigError(file, `${at} must be 16 to 64 digits 0-9 a-f of a turn`);
  return value;
}

function siteUrl(value: string, file: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new ConfigError(file, `url is no http or https address: "${value}"`);
  const url = new URL(value);
  if (url.pathname !== '/')
    throw new ConfigError(file, 'url must be the root of a host: pages link to each other from "/"');
  return `${url.origin}/`;
}

function object(value: unknown, at: string, file: string, known: readonly string[]): JsonObject {
  if (!isJsonObject(value)) throw new ConfigError(file, `${at === '' ? 'the file' : at} must be an object`);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(
      file,
      `${at === '' ? '' : `${at}.`}${unknown} is not known; known here: ${known.filter((k) => k !== '$schema').join(', ')}`,
    );
  }
  return value;
}

function string(value: JsonValue | undefined, at: string, file: string, fallback: string): string {
  if (value === undefined) return fallback;
  if (typeof value !== 'string') throw new ConfigError(file, `${at} must be a text`);
  return value;
}

function boolean(value: JsonValue | undefined, at: string, file: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw new ConfigError(file, `${at} must be true or false`);
  return value;
}

function list(value: JsonValue | undefined, at: string, file: string): readonly JsonValue[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new ConfigError(file, `${at} must be a list`);
  return value as readonly JsonValue[];
}

function strings(value: JsonValue | undefined, at: string, file: string): readonly string[] {
  return list(value, at, file).map((entry, i) => string(entry, `${at}[${i}]`, file, ''));
}
