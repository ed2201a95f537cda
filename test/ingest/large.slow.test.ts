/** Sessions with turns of many megabytes: what is over a limit is named, and what cannot be held back is read again. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import type { IngestStore } from '../../src/ingest/append/store.ts';
import { ingest } from '../../src/ingest/ingest.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { LoggedTurn } from '../../src/model/turn.ts';
import { listSources } from '../archive/ledger-sources.ts';
import { emptyStore, type FakeLine, fakeAgent, testOptions, writeFake } from './fake-agent.ts';

let dir: string;
let store: IngestStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-large-'));
  store = emptyStore();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string, lines: readonly FakeLine[]): void {
  writeFake(join(dir, `${name}.fake`), lines);
}

const run = () => ingest(store, testOptions([dir]), [fakeAgent]);

/** The turns of the one conversation there is. */
function turns(): readonly LoggedTurn[] {
  const ids = new Set(listSources(store.ledger).flatMap((source) => source.conversations));
  expect(ids.size).toBe(1);
  return [...ids].flatMap((id) => store.listTurns(id));
}

/** The item behind `main`, as it is stored. */
function mainItem(): string {
  const [first] = turns();
  const main =
    first && store.findConversation(first.hash as string as ConversationId)?.heads.find(({ name }) => name === 'main');
  const turn = main && store.findTurn(main.turn);
  const [payload] = turn === undefined ? [] : store.readPayloads([turn]);
  return payload?.status === 'present' ? Buffer.from(payload.bytes).toString('utf8') : '';
}

it('reports a payload over the limit, and hangs what follows onto what came before', async () => {
  put('1', [
    { session: 's' },
    { key: 'a', parent: null, time: 1, say: 'first' },
    { key: 'b', parent: 'a', time: 2, bytes: limits.payload },
    { key: 'c', parent: 'b', time: 3, say: 'last' },
  ]);
  expect((await run()).problems).toMatchObject([{ code: 'PAYLOAD_TOO_LARGE' }]);
  expect(turns().map((turn) => turn.depth)).toEqual([0, 1]);
  expect(mainItem()).toContain('"content":"last"');
});

it('reads a slice again that is too long to be held back', async () => {
  const say = `${'x'.repeat(9 * 1024 * 1024)} end`;
  put('1-slice', [{ session: 's' }, { key: 'c', parent: 'b', time: 3, say }]);
  put('2-whole', [
    { session: 's', title: 'A title' },
    { key: 'a', parent: null, time: 1, say: 'hello' },
    { key: 'b', parent: 'a', time: 2, parts: ['hi'] },
  ]);
  expect(await run()).toMatchObject({ turns: { new: 3 }, conversations: { new: 1 } });
  expect(mainItem().includes('x end"')).toBe(true);
});
