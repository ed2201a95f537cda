/** What the plan of a run holds: of each source a few words, whatever their files begin with. */
/** The heap is measured after a full collection, so that only what something still holds is counted. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planSources } from '../../../src/ingest/append/plan.ts';
import { createCounters } from '../../../src/ingest/append/report.ts';
import { discover, IMPORTERS } from '../../../src/ingest/ingest.ts';

const FILES = 200;
const HEAD = 64 * 1024;
/** Path of a session, and a first line with its id. */
const SESSIONS: Readonly<Record<string, readonly [path: (id: string) => string, line: (id: string) => object]>> = {
  'claude-code': [
    (id) => `claude/${id}.jsonl`,
    (id) => ({ parentUuid: null, isSidechain: false, type: 'user', sessionId: id, uuid: `u-${id}` }),
  ],
  codex: [
    (id) => `codex/rollout-2026-01-01T00-00-00-${id}.jsonl`,
    (id) => ({ timestamp: '2026-01-01T00:00:00Z', type: 'session_meta', payload: { id, forked_from_id: `of-${id}` } }),
  ],
  'gemini-cli': [
    (id) => `gemini/chats/session-${id}.jsonl`,
    (id) => ({ sessionId: id, projectHash: 'p', startTime: '2026-01-01T00:00:00Z' }),
  ],
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnpress-plan-'));
  for (const [pathOf, lineOf] of Object.values(SESSIONS)) {
    for (let n = 0; n < FILES; n++) {
      const id = `5e551000-0000-4000-8000-${String(n).padStart(12, '0')}`;
      const path = join(folder, pathOf(id));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${JSON.stringify(lineOf(id))}\n${'x'.repeat(HEAD)}\n`);
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('knows a session of every agent', () => {
  expect(Object.keys(SESSIONS).sort()).toEqual(IMPORTERS.map(({ id }) => id).sort());
});

it.each(IMPORTERS)('holds nothing of the heads that it looked at: $name', (importer) => {
  const { files } = discover([importer], { paths: [folder], home: folder, env: {} });
  const counters = createCounters(() => undefined);
  const known = { unchanged: new Set<string>(), changed: new Map(), vanished: 0 };
  let held = Number.POSITIVE_INFINITY;
  collect();
  const before = process.memoryUsage().heapUsed;
  const watched = Object.assign([...files], {
    *[Symbol.iterator]() {
      yield* files;
      collect(); // all were looked at, and none is forgotten yet
      held = process.memoryUsage().heapUsed - before;
    },
  });
  const planned = planSources(watched, [importer], known, { settle: false, nowMs: 0 }, counters);
  expect(planned).toHaveLength(FILES);
  expect(held).toBeLessThan((FILES * HEAD) / 10);
});
