/** From what a parser found to our model: one place for ids, defaults and limits, whatever the format was. */
/** Drafts hold what may be anything; what leaves here is as the model says. */

import { hash } from 'node:crypto';
import type { Enclosure, ForeignEntry, ForeignFeed } from '../../model/foreign-feed.ts';
import { timeOf } from './times.ts';
import { countOf, lineOf, textOf, urlOf } from './values.ts';

export interface FeedDraft {
  readonly format: ForeignFeed['format'];
  readonly title: unknown;
  readonly description: unknown;
  readonly home: unknown;
  readonly ttlMinutes?: unknown;
  readonly checkpoint?: unknown;
  readonly entries: readonly EntryDraft[];
  readonly deleted?: readonly unknown[];
  /** Entries that could not be read at all. */
  readonly lost?: number;
}

export interface EntryDraft {
  readonly id: unknown;
  readonly title: unknown;
  readonly url: unknown;
  readonly html?: unknown;
  readonly text?: unknown;
  readonly published?: unknown;
  readonly updated?: unknown;
  readonly author?: unknown;
  readonly categories: readonly unknown[];
  readonly enclosures: readonly EnclosureDraft[];
  /** What relative addresses are of, where it is not the feed's own. */
  readonly base?: unknown;
}

export interface EnclosureDraft {
  readonly url: unknown;
  readonly type: unknown;
  readonly size: unknown;
}

/** Entries that one document can bring; the newest stand first in every feed that we have seen. */
const ENTRY_LIMIT = 5000;
const LIST_LIMIT = 50;
const MINUTE_MS = 60_000;

/** `url`: where the feed was found; relative addresses are of it. */
export function finishFeed(draft: FeedDraft, url: string): ForeignFeed {
  const problems: string[] = [];
  const homeUrl = urlOf(draft.home, url);
  const found = draft.entries
    .slice(0, ENTRY_LIMIT)
    .flatMap((each) => finishEntry(each, homeUrl ?? url, problems) ?? []);
  const entries = new Map<string, ForeignEntry>();
  for (const entry of nameApart(found)) if (!entries.has(entry.id)) entries.set(entry.id, entry);
  if (draft.entries.length > ENTRY_LIMIT)
    problems.push(`it has ${draft.entries.length} entries; the first ${ENTRY_LIMIT} were read`);
  if (draft.lost !== undefined && draft.lost > 0) problems.push(`entries of it that cannot be read: ${draft.lost}`);
  const minutes = countOf(draft.ttlMinutes);
  const checkpointUrl = urlOf(draft.checkpoint, url);
  return {
    format: draft.format,
    title: lineOf(draft.title) ?? '',
    description: lineOf(draft.description) ?? '',
    ...(homeUrl !== undefined && { homeUrl }),
    ...(minutes !== undefined && minutes > 0 && { ttlMs: minutes * MINUTE_MS }),
    ...(checkpointUrl !== undefined && { checkpointUrl }),
    entries: [...entries.values()],
    deleted: (draft.deleted ?? []).flatMap((id) => textOf(id) ?? []).slice(0, ENTRY_LIMIT),
    problems: [...new Set(problems)],
  };
}

/** What several entries at several addresses are called is no name of theirs: their addresses are. */
function nameApart(entries: readonly ForeignEntry[]): readonly ForeignEntry[] {
  const places = new Map<string, string>();
  const shared = new Set<string>();
  for (const { id, url = '' } of entries) {
    if (url !== '' && (places.get(id) ?? url) !== url) shared.add(id);
    if (url !== '') places.set(id, url);
  }
  return entries.map((entry) =>
    shared.has(entry.id) && entry.url !== undefined ? { ...entry, id: entry.url } : entry,
  );
}

/** Undefined for one that says nothing at all. */
function finishEntry(draft: EntryDraft, home: string, problems: string[]): ForeignEntry | undefined {
  const base = urlOf(draft.base, home) ?? home;
  const title = lineOf(draft.title) ?? '';
  const [html, text] = [textOf(draft.html), textOf(draft.text)];
  const named = textOf(draft.id)?.trim();
  // many give the address as the name only
  const url =
    urlOf(draft.url, base) ?? (named !== undefined && /^https?:/i.test(named) ? urlOf(named, base) : undefined);
  if (title === '' && html === undefined && text === undefined && url === undefined) return undefined;
  const [publishedMs, updatedMs] = [draft.published, draft.updated].map((given) => {
    const ms = timeOf(given);
    if (ms === undefined && textOf(given) !== undefined) problems.push('a time in it is none');
    return ms;
  });
  const author = lineOf(draft.author);
  return {
    id: named?.slice(0, 2000) ?? url ?? `hash:${hash('sha256', JSON.stringify([title, html, text]))}`,
    title,
    ...(url !== undefined && { url }),
    ...(html !== undefined && { html }),
    ...(text !== undefined && { text }),
    ...(publishedMs !== undefined && { publishedMs }),
    ...(updatedMs !== undefined && { updatedMs }),
    ...(author !== undefined && { author }),
    categories: [...new Set(draft.categories.flatMap((each) => lineOf(each) ?? []))].slice(0, LIST_LIMIT),
    enclosures: draft.enclosures.slice(0, LIST_LIMIT).flatMap((each) => finishEnclosure(each, base)),
  };
}

function finishEnclosure(draft: EnclosureDraft, base: string): readonly Enclosure[] {
  const url = urlOf(draft.url, base);
  if (url === undefined) return [];
  const [type, size] = [lineOf(draft.type), countOf(draft.size)];
  return [{ url, ...(type !== undefined && { type }), ...(size !== undefined && { size }) }];
}
