import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { IngestStore } from '../../../src/ingest/append/store.ts';
import { ingest } from '../../../src/ingest/ingest.ts';
import { emptyStore, testOptions, viewOf } from '../fake-agent.ts';
import { copyPath, put } from '../importers/histories.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-cut-pairs-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function line(n: number, own: JsonObject): string {
  const uuid = `u${n}`;
  const parentUuid = n === 0 ? null : `u${n - 1}`;
  const timestamp = new Date(START + n * 1000).toISOString();
  return `${JSON.stringify({ parentUuid, isSidechain: false, sessionId: 's', uuid, timestamp, ...own })}\n`;
}

const user = (content: string, more: JsonObject = {}) => ({
  type: 'user',
  message: { role: 'user', content },
  ...more,
});
const answer = (id: string, text: string) => ({
  type: 'assistant',
  message: { id, role: 'assistant', content: [{ type: 'text', text }], stop_reason: 'end_turn' },
});

const boundary = { type: 'system', subtype: 'compact_boundary', content: 'Conversation compacted' };
const summary = user('This session goes on from another one.', { isCompactSummary: true });
const command = user('<command-name>/cost</command-name>\n<command-message>cost</command-message>');
const output = user('<local-command-stdout>Total: 1</local-command-stdout>');

const PAIRS: readonly (readonly [string, JsonObject, JsonObject])[] = [
  ['a compaction from its summary', boundary, summary],
  ['a command from its output', command, output],
];
const ORDERS = [
  [0, 1],
  [1, 0],
  [1, 0, 1],
  [0, 1, 0],
];

/** Turns and heads of the conversations that are shown. */
function shown(store: IngestStore): unknown {
  const views = viewOf(store) as readonly {
    readonly turns: unknown;
    readonly heads: unknown;
    readonly meta?: { readonly joined?: string };
  }[];
  return views.filter(({ meta }) => meta?.joined === undefined).map(({ turns, heads }) => [turns, heads]);
}

async function read(store: IngestStore, n: number, text: string): Promise<void> {
  const path = put(copyPath(dir, n, 's.jsonl'), Buffer.from(text), START);
  await ingest(store, testOptions([path], { nowMs: START + 2 * DAY }));
}

describe.each(PAIRS)('a session cut in two that parts %s', (_, first, second) => {
  const lines = [user('one'), answer('m1', 'first'), first, second, user('two'), answer('m2', 'second')].map((own, n) =>
    line(n, own),
  );
  const slices = [lines.slice(0, 3).join(''), lines.slice(3).join('')];

  it.each(ORDERS)('ends like the whole, read in the order %i, %i', async (...order) => {
    const whole = emptyStore();
    await read(whole, 9, lines.join(''));
    const store = emptyStore();
    for (const n of order) await read(store, n, slices[n] ?? '');
    expect(shown(store)).toEqual(shown(whole));
  });

  it('ends like the whole when its beginning is read last', async () => {
    const more = [user('zero'), answer('m0', 'nothing')];
    const all = [...more, user('one'), answer('m1', 'first'), first, second, user('two')].map((own, n) => line(n, own));
    const whole = emptyStore();
    await read(whole, 9, all.join(''));
    const store = emptyStore();
    for (const [n, [from, to]] of [
      [2, 5],
      [5, 7],
      [0, 2],
    ].entries())
      await read(store, n, all.slice(from, to).join(''));
    expect(shown(store)).toEqual(shown(whole));
  });

  it('ends like the whole when that is read after a slice', async () => {
    const whole = emptyStore();
    await read(whole, 9, lines.join(''));
    for (const n of [0, 1]) {
      const store = emptyStore();
      await read(store, n, slices[n] ?? '');
      await read(store, 9, lines.join(''));
      expect(shown(store), `slice ${n}`).toEqual(shown(whole));
    }
  });
});

describe('a prompt that waited in the queue, and the record that tells it later', () => {
  const at = (ms: number, operation: string) =>
    `${JSON.stringify({ type: 'queue-operation', operation, content: 'and the edges', sessionId: 's', timestamp: new Date(START + ms).toISOString() })}\n`;
  const call = {
    type: 'assistant',
    message: { id: 'm1', role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'Bash', input: {} }] },
  };
  const result = {
    type: 'user',
    message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'mown' }] },
  };
  const told = { type: 'attachment', attachment: { type: 'queued_command', prompt: 'and the edges' } };
  const begun = [line(0, user('one')), line(1, call), at(1200, 'enqueue'), at(1400, 'remove'), line(2, result)].join(
    '',
  );
  const texts = [begun, `${begun}${line(3, told)}${line(4, answer('m2', 'second'))}`];

  it.each(ORDERS)('is one turn at the time of that record, read in the order %i, %i', async (...order) => {
    const whole = emptyStore();
    await read(whole, 9, texts[1] ?? '');
    const store = emptyStore();
    for (const n of order) await read(store, n, texts[n] ?? '');
    expect(shown(store)).toEqual(shown(whole));
    expect(JSON.stringify(shown(whole)).match(/[0-9a-f]{64}/g)?.length).toBeGreaterThan(5);
  });
});
