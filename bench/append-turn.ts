/** One more prompt and answer at the end of a session, as Claude Code would write them. */
/** For measuring what a small change costs in a large archive. */

import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Appends to the largest session below `folder`, as if it were taken up again at `ms`. `nth` tells one call's turn from another's. */
export function appendTurn(folder: string, ms: number, nth = 1): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  const largest = files.map((name) => join(folder, name)).toSorted((a, b) => statSync(b).size - statSync(a).size)[0];
  if (largest === undefined) throw new Error(`no session below ${folder}`);
  const text = readFileSync(largest, 'utf8');
  const lines = text.trimEnd().split('\n').toReversed();
  const last = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find(isSpoken);
  const base = {
    ...{ isSidechain: false, userType: 'external', cwd: last?.cwd, sessionId: last?.sessionId },
    ...{ version: last?.version, gitBranch: last?.gitBranch },
  };
  const id = (n: number) => `00000000-0000-4000-8000-${(nth * 16 + n).toString(16).padStart(12, '0')}`;
  const time = (more: number) => new Date(ms + nth * 60_000 + more).toISOString();
  const prompt = {
    ...{ ...base, parentUuid: last?.uuid, type: 'user', uuid: id(1), timestamp: time(0) },
    message: { role: 'user', content: 'One more question.' },
  };
  const message = {
    ...{ id: `msg_bench_${nth}`, type: 'message', role: 'assistant', model: 'm', stop_reason: 'end_turn' },
    content: [{ type: 'text', text: 'One more answer.' }],
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const answer = { ...base, parentUuid: prompt.uuid, type: 'assistant', uuid: id(2), timestamp: time(2000), message };
  appendFileSync(largest, `${text.endsWith('\n') ? '' : '\n'}${JSON.stringify(prompt)}\n${JSON.stringify(answer)}\n`);
}

function isSpoken(record: Record<string, unknown>): boolean {
  return typeof record.uuid === 'string' && (record.type === 'user' || record.type === 'assistant');
}
