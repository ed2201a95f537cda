/** A small archive in memory and everything a build of it needs. */
/** Invented conversations; each helper says what it adds, so that a test reads as a story. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type ArchiveReader,
  type ArchiveWriter,
  createMemoryArchive,
  type PreparedTurn,
  prepareTurn,
} from '../../src/archive/archive.ts';
import { type Problem, silentProgress } from '../../src/base/log.ts';
import { MAIN_HEAD, type Meta } from '../../src/model/conversation.ts';
import type { ConversationId, TurnHash } from '../../src/model/ids.ts';
import { encodeItem, ITEM_TYPE, ITEM_VERSION, type Item, type Part } from '../../src/model/item.ts';
import type { SiteConfig } from '../../src/model/site-config.ts';
import { JSON_ENCODING } from '../../src/model/turn.ts';
import { type BuildOptions, type BuildReport, buildSite } from '../../src/site/site.ts';

const root = join(import.meta.dirname, '..', '..');

export const config: SiteConfig = {
  title: 'Test sessions',
  description: 'Conversations of a test',
  url: 'https://sessions.example.org/',
  author: 'A. Tester',
  language: 'en',
  color: '',
  documentation: true,
  prices: [],
  currency: 'USD',
  following: { river: false, blogroll: false, neighbours: false, wander: false },
  publish: [{ tag: 'open', visibility: 'public' }],
  tags: [],
  search: { toolOutput: false },
  images: { publish: true },
  redact: { words: [], allow: [], personal: true },
};

export function openTestArchive(): ArchiveWriter {
  return createMemoryArchive({ origin: 'sessions.example.org/archive' });
}

export function prompt(content: string): Item {
  return { role: 'user', parts: [{ type: 'text', content }] };
}

export function answer(content: string, ...more: readonly Part[]): Item {
  return { role: 'assistant', model: 'model-one', parts: [{ type: 'text', content }, ...more] };
}

export function call(id: string, command: string): Part {
  return { type: 'tool_call', id, name: 'Bash', tool: 'shell', arguments: { command } };
}

export function response(id: string, text: string): Item {
  return { role: 'tool', parts: [{ type: 'tool_call_response', id, response: text, status: 'ok' }] };
}

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 2, 3, 4);

export interface Told {
  readonly id: ConversationId;
  readonly turns: readonly PreparedTurn[];
}

export interface Story {
  readonly items: readonly Item[];
  readonly meta?: Meta;
  /** Goes on after this turn, on the branch `head`. */
  readonly after?: PreparedTurn;
  readonly conversation?: ConversationId;
  readonly head?: string;
  /** Minutes after the archive's first time. */
  readonly minute?: number;
}

/** Appends items one after the other and moves the head to the last. */
export function tell(archive: ArchiveWriter, story: Story): Told {
  const turns: PreparedTurn[] = [];
  let parent = story.after ?? null;
  for (const [i, item] of story.items.entries()) {
    const turn = prepareTurn({
      parent,
      timeMs: START + ((story.minute ?? 0) + i) * MINUTE,
      encoding: JSON_ENCODING,
      typeId: ITEM_TYPE,
      typeVersion: ITEM_VERSION,
      payload: encodeItem(item),
    });
    turns.push(turn);
    parent = turn;
  }
  const id = story.conversation ?? (turns[0] as PreparedTurn).hash;
  const last = (turns.at(-1) as PreparedTurn).hash;
  archive.append({
    turns,
    heads: [{ conversation: id, name: story.head ?? MAIN_HEAD, turn: last }],
    ...(story.meta === undefined
      ? {}
      : { metas: [{ conversation: id, meta: story.meta, timeMs: START + (story.minute ?? 0) * MINUTE }] }),
  });
  return { id, turns };
}

export interface TestSite {
  readonly outputDir: string;
  readonly problems: Problem[];
  /** `ungated`: without a gate's answer. */
  build(archive: ArchiveReader, options?: Partial<BuildOptions>, gate?: 'ungated'): Promise<BuildReport>;
  readonly cacheDir: string;
  /** Every file with its text; files of the search index are unpacked. */
  readAll(): ReadonlyMap<string, string>;
  read(path: string): string;
  remove(): void;
}

/** A folder of its own, removed by `remove`. */
export function createTestSite(): TestSite {
  const folder = mkdtempSync(join(tmpdir(), 'turnpress-site-'));
  const outputDir = join(folder, '_site');
  const contentDir = join(folder, 'content');
  mkdirSync(contentDir);
  const problems: Problem[] = [];
  const read = (path: string): string => readFileSync(join(outputDir, path), 'utf8');
  return {
    outputDir,
    problems,
    cacheDir: join(folder, 'cache'),
    build: (archive, options = {}, gate) =>
      buildSite(archive, {
        outputDir,
        config,
        mode: 'local',
        ...(gate === 'ungated' ? {} : { blocked: new Map() }),
        cacheDir: join(folder, 'cache'),
        templatesDir: join(root, 'templates'),
        contentDir,
        docsDir: join(root, 'test', 'fixtures', 'no-docs'),
        log: { info() {}, detail() {}, problem: (problem) => void problems.push(problem) },
        progress: silentProgress,
        ...options,
      }),
    readAll() {
      const files = new Map<string, string>();
      for (const path of readdirSync(outputDir, { recursive: true, encoding: 'utf8' }).sort()) {
        const file = join(outputDir, path);
        if (statSync(file).isFile()) files.set(path, decode(readFileSync(file)));
      }
      return files;
    },
    read,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function decode(bytes: Buffer): string {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (packed ? gunzipSync(bytes) : bytes).toString('latin1');
}

/** A conversation of several exchanges with tool calls; `words` stand in its first prompt. */
export function sampleItems(words: string): readonly Item[] {
  return [
    prompt(`Please look at ${words}`),
    answer('I will run the tests.', call('c1', 'npm test -- --watch=false')),
    response('c1', '\u001b[31mFAIL\u001b[0m src/clock.ts: expected 2 to be 3'),
    answer('The clock is **wrong**. See `src/clock.ts`.'),
    prompt('Fix it.'),
    answer('Done: the clock counts from zero now.'),
  ];
}

export function turnAt(told: Told, index: number): PreparedTurn {
  const turn = told.turns.at(index);
  if (turn === undefined) throw new RangeError(`no turn ${index}`);
  return turn;
}

export type { TurnHash };
