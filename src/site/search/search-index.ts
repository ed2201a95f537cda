/** Builds the parts of the search index that changed, while pages are being rendered. */
/** The indexer is another process: parts are queued one after the other and awaited at the end. */

import { escapeHtml, html, type SafeHtml, text, trustHtml } from '../../base/html.ts';
import type { ConversationId } from '../../model/ids.ts';
import { keyOf } from '../state/keys.ts';
import type { Output } from '../state/output.ts';
import type { SiteState } from '../state/state.ts';
import { outputPath, pages, searchShardUrl } from '../urls.ts';
import type { IndexDocument } from './pagefind.ts';
import { planShards, type Shard, type ShardUnit } from './search-shards.ts';
import { cleanText, type SearchPassage, type SearchUnit } from './search-text.ts';
import { findUnit } from './search-unit.ts';

/** Raised when what is handed to the indexer changes. */
const INDEX_VERSION = '1';
/** The documentation, and the program that browsers load. */
const PRIMARY = 'main';
const OWNER = 'search';
const MOST_MS = 120_000;

export interface SearchIndexBuilder {
  /** Conversations in the order of `ids`, each with its pages as they are in the state. */
  add(id: ConversationId, units: readonly ShardUnit[]): void;
  /** Waits for the indexer and puts its files. Throws SearchIndexError. */
  finish(documents: readonly SearchUnit[]): Promise<{ readonly built: number; readonly kept: number }>;
  /** Ends the indexer; after an error too. */
  stop(): Promise<void>;
}

export function createSearchIndex(
  state: SiteState,
  output: Output,
  ids: readonly ConversationId[],
): SearchIndexBuilder {
  const planner = planShards(ids);
  const shards: Shard[] = [];
  const jobs: (() => Promise<void>)[] = [];
  let failure: unknown;
  let running: Promise<void> | undefined;
  let indexer: typeof import('./pagefind.ts') | undefined;
  const run = async (): Promise<void> => {
    indexer ??= await import('./pagefind.ts');
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
  };
  const enqueue = (job: () => Promise<void>): void => {
    jobs.push(job);
    running ??= run()
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => {
        running = undefined;
      });
  };
  /** Queues a part unless the last build made it from the same texts. */
  const index = (part: IndexPart): boolean => {
    if (output.knows(`${part.folder}${ENTRY}`, part.key)) return false;
    enqueue(async () => {
      const { name, folder, key, withProgram } = part;
      const files = await indexer?.indexDocuments(name, part.documents(), { withProgram, timeoutMs: MOST_MS });
      output.take(ownerOf(name));
      for (const file of files ?? []) {
        const path = `${folder}${file.path}`;
        if (output.declare(path, ownerOf(name), key)) output.put(path, file.content);
      }
    });
    return true;
  };
  let built = 0;
  const close = (closed: readonly Shard[]): void => {
    for (const shard of closed) {
      shards.push(shard);
      const made = index({
        name: shard.name,
        folder: folderOf(searchShardUrl(shard.name)),
        key: keyOf(INDEX_VERSION, shard.key),
        documents: () => documentsOf(state, shard),
        withProgram: false,
      });
      if (made) built++;
    }
  };
  return {
    add: (id, units) =>
      close(
        planner.add(
          id,
          units.filter((unit) => unit.bytes > 0),
        ),
      ),
    async finish(documents) {
      close(planner.finish());
      index({
        name: PRIMARY,
        folder: folderOf(pages.pagefind),
        key: keyOf(INDEX_VERSION, documents),
        documents: () => documents.flatMap(renderUnit),
        withProgram: true,
      });
      while (running !== undefined) await running;
      if (failure !== undefined) throw failure;
      const kept = new Set([PRIMARY, ...shards.map((shard) => shard.name)].map(ownerOf));
      for (const owner of output.listOwners('shard:')) if (!kept.has(owner)) output.take(owner);
      putShardList(output, shards);
      return { built, kept: shards.length - built };
    },
    async stop() {
      jobs.length = 0;
      await indexer?.stopIndexer();
    },
  };
}

interface IndexPart {
  readonly name: string;
  /** Below the output folder, ends in `/`. */
  readonly folder: string;
  readonly key: string;
  readonly documents: () => readonly IndexDocument[];
  readonly withProgram: boolean;
}

/** Every part has it: its key stands for the whole part. */
const ENTRY = 'pagefind-entry.json';

function folderOf(url: string): string {
  return url.slice(1);
}

function ownerOf(name: string): string {
  return `shard:${name}`;
}

/** Newest first: a reader's browser begins with what is new. */
function putShardList(output: Output, shards: readonly Shard[]): void {
  output.take(OWNER);
  const content = `${JSON.stringify({ shards: shards.map((shard) => searchShardUrl(shard.name)).reverse() })}\n`;
  const path = outputPath(pages.searchShards);
  if (output.declare(path, OWNER, keyOf(content))) output.put(path, content);
}

function documentsOf(state: SiteState, shard: Shard): readonly IndexDocument[] {
  return shard.units.flatMap(({ url }) => {
    const unit = findUnit(state, url);
    return unit === undefined ? [] : renderUnit(unit);
  });
}

/** One document for each role on the page; the address says which, and the search page takes it off again. */
function renderUnit(unit: SearchUnit): readonly IndexDocument[] {
  return unit.records.map((record) => {
    const filters = [
      ['agent', unit.agent],
      ['project', unit.project],
      ['role', record.role],
      ...unit.tags.map((tag) => ['tag', tag] as const),
      ...record.models.map((model) => ['model', model] as const),
      ...record.dates.map((date) => ['date', date] as const),
    ].filter(([, value]) => value !== '');
    const date = record.dates.at(-1) ?? '';
    const head = [
      ...filters.map(([name = '', value = '']) => metaTag('filter', name, value)),
      metaTag('meta', 'role', record.role),
      metaTag('meta', 'date', date),
      metaTag('sort', 'date', date),
    ];
    const body = record.passages.map(renderPassage);
    const title = cleanText(unit.title);
    return {
      url: `${unit.url}?role=${encodeURIComponent(record.role)}`,
      html: html`<!doctype html><html lang="en"><head><title>${text(title)}</title>${head}</head><body data-pagefind-body><h1>${text(title)}</h1>${body}</body></html>`,
    };
  });
}

function renderPassage(passage: SearchPassage): SafeHtml {
  return html`<h2 id="${text(passage.anchor)}">${text(passage.title)}</h2><p>${text(passage.text)}</p>`;
}

function metaTag(kind: 'filter' | 'meta' | 'sort', name: string, value: string): SafeHtml {
  const clean = escapeHtml(cleanText(value));
  return trustHtml(`<meta data-pagefind-${kind}="${name}[content]" content="${clean}">`);
}
