/** Joins what several sources say about one conversation into its meta. */
/** Commutative and idempotent: the order in which sources were read, and how often, never shows in the result. */

import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Meta } from '../../model/conversation.ts';
import type { Counts } from '../../secrets/secrets.ts';
import type { Redacted } from './redacted.ts';

/** What one source says about one conversation. */
export interface MetaSource {
  readonly meta: Meta;
  /** Newest event time that the source has seen. */
  readonly asOfMs: number;
  /** Bytes of the source that were read: between two snapshots of one time, the longer one knows more. */
  readonly consumed: number;
}

/**
 * The meta of a conversation. Scalars come from the source that is newest of those that have one (by time, then by bytes
 * read, then by JCS text); sets are united and sorted; `started` is the least, `updated` the greatest. `cwd` and `project` are where the
 * conversation began: those of the source that begins first, so that pieces of a session say what the whole does.
 *
 * Redactions and findings are those of its turns; where the archive's own meta is asked it may know of more.
 *
 * `stored` is the archive's own meta. Its sets and members that sources do not speak of are kept always; its scalars only
 * where it names a session that no source here names: that source is gone, or the ledger was lost.
 */
export function mergeMeta(sources: readonly MetaSource[], stored?: Meta, redacted: Redacted = NOTHING): Meta {
  const all = stored !== undefined && isOrphaned(sources, stored) ? [storedSource(stored), ...sources] : [...sources];
  const ordered = all.toSorted(compareSources);
  const out: Record<string, JsonValue> = {};
  if (stored !== undefined) {
    for (const [name, value] of members(stored)) {
      if (!SPOKEN.has(name)) out[name] = value;
      if (isList(value)) out[name] = unite(undefined, value);
    }
  }
  for (const source of ordered) {
    // what is known of another folder's repository says nothing of this one's
    if (source.meta.cwd !== undefined && out.cwd !== undefined && source.meta.cwd !== out.cwd) delete out.git;
    for (const [name, value] of members(source.meta)) out[name] = joinMember(name, out[name], value);
  }
  const home = findFirst(ordered.filter(({ meta }) => meta.cwd !== undefined))?.meta;
  if (home?.cwd !== undefined) out.cwd = home.cwd;
  if (home?.project !== undefined) out.project = home.project;
  const folders = joinFolders([...all.map(({ meta }) => meta), ...(stored === undefined ? [] : [stored])]);
  delete out.folders;
  if (folders.length > 1) out.folders = folders;
  // A fork that stands in one log with what it was forked from is a branch like any other.
  if (
    all.some((source) => source.meta.fork_of === undefined && source.meta.sessions?.some((id) => id === out.fork_of))
  ) {
    delete out.fork_of;
  }
  for (const name of ['redactions', 'findings'] as const) {
    delete out[name];
    const most = greatest([redacted[name], ...all.map(({ meta }) => meta[name] ?? {})]);
    if (Object.keys(most).length > 0) out[name] = most;
  }
  return fitMeta(out) as Meta;
}

const NOTHING: Redacted = { redactions: {}, findings: {} };

/** Every folder that any of them names, sorted: one that was left is not forgotten, since it decides who may read the conversation. */
function joinFolders(metas: readonly Meta[]): readonly string[] {
  const all = metas.flatMap(({ cwd, folders = [] }) => (cwd === undefined ? folders : [cwd, ...folders]));
  return [...new Set(all)].sort();
}

/** Whether the archive's own meta tells of a session that none of the sources names. */
export function isOrphaned(sources: readonly MetaSource[], stored: Meta): boolean {
  const known = new Set(sources.flatMap((source) => source.meta.sessions ?? []));
  return sources.length === 0 || (stored.sessions ?? []).some((id) => !known.has(id));
}

/** The archive's own meta as if it were a source. */
export function storedSource(stored: Meta): MetaSource {
  const updated = stored.updated === undefined ? Number.NaN : Date.parse(stored.updated);
  return { meta: stored, asOfMs: Number.isNaN(updated) ? 0 : updated, consumed: 0 };
}

/** The newest source by the same order that decides scalars; undefined for none. */
export function findNewest<T extends MetaSource>(sources: readonly T[]): T | undefined {
  return sources.toSorted(compareSources).at(-1);
}

/** The source that tells of the earliest moment; of several, the last in their order. */
function findFirst(ordered: readonly MetaSource[]): MetaSource | undefined {
  const startOf = ({ meta }: MetaSource) => meta.started ?? '';
  return ordered.reduce<MetaSource | undefined>(
    (first, each) => (first === undefined || startOf(each) <= startOf(first) ? each : first),
    undefined,
  );
}

/** What a source says after it has grown: the later word wins, sets and spans widen. */
export function growMeta(before: Meta, after: Meta): Meta {
  const out: Record<string, JsonValue> = { ...(before as JsonObject) };
  for (const [name, value] of members(after)) out[name] = joinMember(name, out[name], value);
  return out as Meta;
}

function compareSources(a: MetaSource, b: MetaSource): number {
  if (a.asOfMs !== b.asOfMs) return a.asOfMs - b.asOfMs;
  if (a.consumed !== b.consumed) return a.consumed - b.consumed;
  const [left, right] = [canonicalJson(a.meta), canonicalJson(b.meta)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function joinMember(name: string, before: JsonValue | undefined, value: JsonValue): JsonValue {
  if (isList(value)) return unite(isList(before) ? before : undefined, value);
  if (name === 'started' && typeof before === 'string' && typeof value === 'string') {
    return before < value ? before : value;
  }
  if (name === 'updated' && typeof before === 'string' && typeof value === 'string') {
    return before > value ? before : value;
  }
  if (isJsonObject(value) && isJsonObject(before)) return { ...before, ...value };
  return value;
}

function unite(before: readonly JsonValue[] | undefined, more: readonly JsonValue[]): readonly JsonValue[] {
  const seen = new Map([...(before ?? []), ...more].map((value) => [canonicalJson(value), value]));
  return [...seen].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value);
}

/** For each rule the greatest count. */
function greatest(counts: readonly Counts[]): Counts {
  const out: Record<string, number> = {};
  for (const each of counts) {
    for (const [rule, n] of Object.entries(each)) out[rule] = Math.max(out[rule] ?? 0, n);
  }
  return out;
}

/** Without what people may have written: titles, names of projects and branches, folders, links, tags, and whatever we do not know. */
export function withoutWords(meta: Meta): Meta {
  return Object.fromEntries(members(meta).filter(([name]) => WORDLESS.has(name))) as Meta;
}

/**
 * The meta of a conversation of which words were taken back: of words only those that were left in `stored`. Should it have been held
 * in a folder that is not among them, it names none: then no rule can take it for a conversation of the folders that are left.
 */
export function withWordsOf(stored: Meta, merged: Meta): Meta {
  const out = { ...withoutWords(merged), ...wordsOf(stored) };
  const left = new Set(joinFolders([stored]));
  if (joinFolders([merged]).every((folder) => left.has(folder))) return out;
  const { cwd: _, folders: __, git: ___, ...placeless } = out;
  return placeless;
}

/** What people may have written. */
function wordsOf(meta: Meta): Meta {
  return Object.fromEntries(members(meta).filter(([name]) => !WORDLESS.has(name))) as Meta;
}

/** Long texts are cut and long sets lose their tail until the whole fits the archive's limit, the same way everywhere. */
function fitMeta(meta: Readonly<Record<string, JsonValue>>): JsonObject {
  let [text, list] = [TEXT_LIMIT, LIST_LIMIT];
  let out: JsonObject = cut(meta, text, list) as JsonObject;
  // three UTF-8 bytes a character at the most, so that it fits whatever the script
  while (text > 0 && canonicalJson(out).length * 3 > limits.meta) {
    [text, list] = [text >> 1, list >> 1];
    out = cut(out, text, list) as JsonObject;
  }
  return out;
}

function cut(value: JsonValue, text: number, list: number): JsonValue {
  if (typeof value === 'string') return value.length > text ? value.slice(0, text).toWellFormed() : value;
  if (isList(value)) return value.slice(0, list).map((each) => cut(each, text, list));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cut(member, text, list)]));
}

function members(meta: Meta): readonly (readonly [string, JsonValue])[] {
  return Object.entries(meta as JsonObject).filter(([, value]) => value !== undefined);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Members that sources speak of; any other of a stored meta was put there by somebody else. */
const SPOKEN: ReadonlySet<string> = new Set([
  'title',
  'agent',
  'agent_version',
  'models',
  'project',
  'cwd',
  'folders',
  'git',
  'sessions',
  'parent',
  'fork_of',
  'started',
  'updated',
  'redactions',
  'findings',
  'links',
]);

/** Members that nobody writes words into: names of programs and models, ids, times, counts. */
const WORDLESS: ReadonlySet<string> = new Set([
  'agent',
  'agent_version',
  'models',
  'sessions',
  'parent',
  'fork_of',
  'joined',
  'started',
  'updated',
  'redactions',
  'findings',
]);

/** Characters of one text, members of one list. */
const TEXT_LIMIT = 16_384;
const LIST_LIMIT = 65_536;
