/** An agent made for tests: one JSON line a turn, so that a test can write any history by hand. */
/** It keeps every promise of the importer contract: growth, held-back ends, settling, aliases. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { decodeUtf8 } from '../../src/base/bytes.ts';
import { silentLog, silentProgress } from '../../src/base/log.ts';
import { createDryStore, type IngestStore } from '../../src/ingest/append/store.ts';
import type { IngestOptions } from '../../src/ingest/ingest.ts';
import type { ImportedTurn, Importer, SourceInput, SourceOutput } from '../../src/ingest/kit/importer.ts';
import { listSources } from '../archive/ledger-sources.ts';

/** One line of a fake session. The first line is a header: `session`, and what it says of the conversation. */
export interface FakeLine {
  readonly session?: string;
  readonly after?: string;
  readonly startedBy?: string;
  readonly title?: string;
  readonly key?: string;
  readonly parent?: string | null;
  readonly time?: number | null;
  readonly say?: string;
  readonly role?: 'user' | 'assistant';
  readonly parts?: readonly string[];
  /** More of this message follows in the next line with the same key. */
  readonly open?: boolean;
  /** The agent's word that it changed what it wrote under this key. */
  readonly replaces?: boolean;
  readonly current?: string;
  readonly bytes?: number;
}

export const fakeAgent: Importer = {
  id: 'fake',
  name: 'Fake',
  roots: (home) => [`${home}/.fake`],
  matchesPath: (path) => path.endsWith('.fake'),
  detect: (head) => head.startsWith('{"session":'),
  peek: (head) => {
    const header = JSON.parse(head.split('\n', 1)[0] ?? '{}') as FakeLine;
    return { session: header.session ?? '', ...(header.after === undefined ? {} : { after: header.after }) };
  },
  read: readFake,
};

interface FakeState {
  readonly header: FakeLine;
  readonly first: string;
  readonly newest: number;
  readonly started: number;
}

function readFake(input: SourceInput): SourceOutput {
  const text = decodeUtf8(input.bytes);
  const state = input.state as unknown as FakeState | undefined;
  let { header, first, newest, started } = state ?? { header: {}, first: '', newest: 0, started: 0 };
  let current: string | undefined;
  const turns: ImportedTurn[] = [];
  const problems: SourceOutput['problems'][number][] = [];
  let [at, line] = [input.from, input.firstLine];
  let [consumed, nextLine] = [at, line];
  let held: FakeLine | undefined;
  let broken = 0;
  for (const raw of text.split('\n').slice(0, -1)) {
    at += Buffer.byteLength(raw) + 1;
    line++;
    const value = parseLine(raw);
    if (value === undefined) {
      problems.push({ code: 'BROKEN_LINE', file: input.path, line: line - 1, message: 'not JSON' });
      broken++;
    }
    if (value?.session !== undefined) header = { ...header, ...value };
    if (value?.title !== undefined) header = { ...header, title: value.title };
    if (value?.current !== undefined) current = value.current;
    if (value?.key !== undefined) {
      held = value.open === true ? value : undefined;
      if (held === undefined || input.settle) {
        const turn = turnOf(value);
        const known = turns.findIndex((each) => each.key === turn.key);
        if (known >= 0) turns[known] = turn;
        else turns.push(turn);
        first ||= turn.key;
        newest = Math.max(newest, turn.timeMs ?? 0);
        started ||= turn.timeMs ?? 0;
      }
    }
    if (held === undefined) [consumed, nextLine] = [at, line];
  }
  const waiting = held === undefined ? 0 : 1;
  return {
    turns,
    conversations: first === '' ? [] : [wordOf(header, first, newest, started, current)],
    blobs: [],
    aliases: [],
    consumed,
    nextLine,
    state: { header, first, newest, started } as unknown as SourceOutput['state'],
    problems,
    records: { line: turns.length, broken },
    waiting,
  };
}

function parseLine(raw: string): FakeLine | undefined {
  try {
    return JSON.parse(raw) as FakeLine;
  } catch {
    return undefined;
  }
}

function wordOf(header: FakeLine, turn: string, newest: number, started: number, current: string | undefined) {
  const session = header.session ?? '';
  return {
    turn,
    meta: {
      agent: 'fake',
      sessions: [session],
      ...(header.title === undefined ? {} : { title: header.title }),
      ...(header.startedBy === undefined ? {} : { parent: { session: 'starter', tool_call: header.startedBy } }),
      started: new Date(started).toISOString(),
      updated: new Date(newest).toISOString(),
    },
    asOfMs: newest,
    ...(current === undefined ? {} : { current }),
    ...(header.startedBy === undefined ? {} : { startedBy: header.startedBy }),
  };
}

function turnOf(value: FakeLine): ImportedTurn {
  const role = value.role ?? (value.parts === undefined ? 'user' : 'assistant');
  const texts = value.parts ?? [value.bytes === undefined ? (value.say ?? value.key ?? '') : 'x'.repeat(value.bytes)];
  return {
    key: value.key ?? '',
    parent: value.parent ?? null,
    timeMs: value.time ?? null,
    item: { role, parts: texts.map((content) => ({ type: 'text', content })) },
    aliases: [],
    ...(value.open === true ? { provisional: true } : {}),
    ...(value.replaces === true ? { replaces: true } : {}),
  };
}

/** Writes a fake session; returns its path. */
export function writeFake(path: string, lines: readonly FakeLine[], tail = ''): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join('') + tail);
  return path;
}

/** Options for tests: no home, no threads, no kept bytes unless a test says so. */
export function testOptions(paths: readonly string[], more: Partial<IngestOptions> = {}): IngestOptions {
  return {
    paths,
    home: '/home/nobody',
    env: {},
    settle: false,
    dryRun: false,
    redact: { words: [], personal: false, knownValues: [] },
    sourcesDir: undefined,
    log: silentLog,
    progress: silentProgress,
    workers: 0,
    ...more,
  };
}

/** An empty archive in memory, with just what ingest needs of one. */
export function emptyStore(): IngestStore {
  return createDryStore({
    append: () => ({ newTurns: 0, knownTurns: 0, newHeads: 0, newMetas: 0, conversations: [] }),
    putBlob: () => {
      throw new TypeError('nothing is stored here');
    },
    putBlobFrame: () => {
      throw new TypeError('nothing is stored here');
    },
    findTurn: () => undefined,
    listTurns: () => [],
    readPayloads: () => [],
    findConversation: () => undefined,
    ledger: {
      findSource: () => undefined,
      walkUnfinished: () => [],
      listSourcesOf: () => [],
      walkStarted: () => [],
      walkUnlinked: () => [],
      walkSeen: () => [],
      findKey: () => undefined,
      isProvisional: () => false,
      isWithdrawn: () => false,
      findMoved: () => undefined,
      findJoined: () => undefined,
      listJoined: () => [],
      listLost: () => [],
      hasLost: () => false,
      listRedacted: () => [],
      isUnnamed: () => false,
      listUnnamed: () => [],
      record: () => {},
    },
  });
}

/** Everything that must not depend on the order of work: turns that heads reach, live heads, meta. */
export function viewOf(store: IngestStore): unknown {
  const ids = [...new Set(listSources(store.ledger).flatMap((source) => source.conversations))].sort();
  return ids.map((id) => {
    const conversation = store.findConversation(id);
    const turns = new Map(store.listTurns(id).map((turn) => [turn.hash, turn]));
    const heads = (conversation?.heads ?? []).filter((head) => head.name === 'main' || head.turn !== id);
    const reached = new Set<string>();
    for (const head of heads) {
      for (let at = turns.get(head.turn); at !== undefined && !reached.has(at.hash); ) {
        reached.add(at.hash);
        at = at.parent === null ? undefined : turns.get(at.parent);
      }
    }
    return {
      id,
      heads: heads.map(({ name, turn }) => `${name} ${turn}`).sort(),
      meta: conversation?.meta,
      turns: [...reached].sort(),
    };
  });
}

/** All orders of a few things. */
export function permutations<T>(values: readonly T[]): readonly (readonly T[])[] {
  if (values.length < 2) return [values];
  return values.flatMap((value, i) => permutations(values.toSpliced(i, 1)).map((rest) => [value, ...rest]));
}
