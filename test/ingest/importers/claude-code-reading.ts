/** Reads Claude Code fixtures in the ways that tests compare: whole, in pieces, growing. */
/** A piece sees only its bytes and the state before it, as the pipeline would hand them over. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { claudeCode } from '../../../src/ingest/importers/claude-code.ts';
import type { SourceOutput } from '../../../src/ingest/kit/importer.ts';
import type { Item } from '../../../src/model/item.ts';
import { readOpened } from './read-opened.ts';

export const FIXTURES = join(import.meta.dirname, '../../fixtures/claude-code');
export const SESSION = '00000000-0000-4000-8000-0000000000aa';
export const OTHER_SESSION = '00000000-0000-4000-8000-0000000000bb';

const HOUR = 60 * 60 * 1000;

/** Every fixture that is a source, as absolute paths. */
export function listFixtures(): readonly string[] {
  return globSync(`${FIXTURES}/**/*.{json,jsonl}`)
    .filter((path) => claudeCode.matchesPath(path))
    .sort();
}

export function fixture(name: string): string {
  return join(FIXTURES, name);
}

/** Reads the first `end` bytes of a file, going on from an earlier output when there is one. */
export function read(path: string, options: ReadOptions = {}): SourceOutput {
  const { end, before, settle = false, quietMs = HOUR, bytes = readFileSync(path) } = options;
  const from = before?.consumed ?? 0;
  return readOpened(claudeCode, {
    path,
    bytes: bytes.subarray(from, end ?? bytes.length),
    from,
    firstLine: before?.nextLine ?? 1,
    // Through text, as the ledger keeps it.
    ...(before === undefined || from === 0 ? {} : { state: JSON.parse(JSON.stringify(before.state)) }),
    settle,
    quietMs,
    readBeside: (name) => {
      const beside = join(dirname(path), name);
      return options.alone !== true && existsSync(beside) ? readFileSync(beside) : undefined;
    },
  });
}

export interface ReadOptions {
  readonly end?: number;
  readonly before?: SourceOutput | undefined;
  readonly settle?: boolean;
  /** How long nobody has written to it; absent: an hour. */
  readonly quietMs?: number;
  /** Nothing stands beside the file. */
  readonly alone?: boolean;
  /** Instead of the file's own bytes. */
  readonly bytes?: Uint8Array;
}

/** What a pipeline would hold after several outputs: the newest turn of each key, parents resolved through aliases. */
export class Ledger {
  readonly turns = new Map<string, { parent: string | null; timeMs: number | null; item: Item }>();
  readonly keys = new Map<string, string>();

  add(given: SourceOutput): this {
    const output = JSON.parse(plainIds(JSON.stringify(given))) as SourceOutput;
    for (const turn of output.turns) {
      const named = turn.parent === null ? null : this.resolve(turn.parent);
      const lost = named !== null && turn.otherwise !== undefined && !this.turns.has(named);
      const parent = lost ? this.resolve(turn.otherwise ?? '') : named;
      this.turns.set(turn.key, { parent, timeMs: turn.timeMs, item: turn.item });
      this.keys.set(turn.key, turn.key);
      for (const alias of turn.aliases) this.keys.set(alias, turn.key);
    }
    for (const [alias, key] of output.aliases) this.keys.set(alias, this.resolve(key));
    return this;
  }

  resolve(key: string): string {
    return this.keys.get(key) ?? key;
  }

  /** One line a turn: `4 <- 3 user: And the pears?` Ids are shortened to their number. */
  outline(): readonly string[] {
    return [...this.turns].map(([key, turn]) => `${short(key)} <- ${short(turn.parent)} ${describe(turn.item)}`);
  }

  /** Turns with more than one child, by shortened key. */
  forks(): readonly string[] {
    const children = new Map<string, number>();
    for (const { parent } of this.turns.values()) {
      if (parent !== null) children.set(parent, (children.get(parent) ?? 0) + 1);
    }
    return [...children].filter(([, count]) => count > 1).map(([key]) => short(key));
  }
}

export function outlineOf(name: string, options: ReadOptions = {}): readonly string[] {
  return new Ledger().add(read(fixture(name), options)).outline();
}

/** Each fixture has ids of its own; without what tells the fixture they are numbers that a test can name. */
export function plainIds(text: string): string {
  return text.replace(/00000000-0000-4000-80[0-9a-f]{2}-/g, '00000000-0000-4000-8000-');
}

export function key(number: number | string): string {
  return `claude-code:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

function short(id: string | null): string {
  return id === null ? 'root' : id.replace(/^claude-code:/, '').replace(/00000000-0000-4000-8000-0*(\w+)/g, '$1');
}

function describe(item: Item): string {
  const parts = item.parts.map((part) => {
    if (part.type === 'text') return part.content;
    if (part.type === 'reasoning') return `(${part.content})`;
    if (part.type === 'tool_call') return `${part.name}[${part.tool} ${part.id}]`;
    if (part.type === 'tool_call_response') return `${part.id} ${part.status}: ${String(part.response)}`;
    return part.type === 'blob' ? `<${part.mime_type} ${part.size}>` : `<${part.uri}>`;
  });
  return `${item.note === undefined ? item.role : `${item.role}/${item.note}`}: ${parts.join(' | ')}`;
}
