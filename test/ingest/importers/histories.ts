/** Histories of a session as machines make them: snapshots cut at any byte, copies, other orders, runs that were killed. */
/** Everything is drawn from a named seed, so that a history that fails can be made again. */

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/base/json.ts';

/** Numbers from 0 to below 1. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

export function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  const out = [...values];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [out[i], out[j]];
    if (a !== undefined && b !== undefined) [out[i], out[j]] = [b, a];
  }
  return out;
}

/** Writes a file that was written to the last time at `mtimeMs`. */
export function put(path: string, bytes: Uint8Array, mtimeMs: number): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
  return path;
}

/** A copy of a session as it is at one moment. Copies have names of their own; each only grows. */
export interface Snapshot {
  readonly copy: number;
  readonly bytes: Buffer;
}

/**
 * Copies that grow beside each other, cut at random bytes `cuts` times in all; some have the lines of their messages in another order. One
 * ends whole, or all do.
 */
export function growingCopies(
  bytes: Buffer,
  cuts: number,
  random: () => number,
  whole: 'one' | 'all' = 'one',
): readonly Snapshot[] {
  const copies = 1 + Math.floor(random() * 4);
  const told = Array.from({ length: copies }, () => (random() < 0.4 ? permuted(bytes, random) : bytes));
  const ends = Array.from({ length: copies }, (): number[] => []);
  for (let i = 0; i < cuts; i++) ends[Math.floor(random() * copies)]?.push(Math.floor(random() * bytes.length));
  const one = Math.floor(random() * copies);
  for (const [copy, each] of ends.entries()) if (whole === 'all' || copy === one) each.push(bytes.length);
  const growths = ends.map((each) => each.sort((a, b) => a - b));
  const turns = growths.flatMap((each, copy) => each.map(() => copy));
  return shuffled(turns, random).flatMap((copy) => {
    const end = growths[copy]?.shift();
    return end === undefined ? [] : [{ copy, bytes: (told[copy] ?? bytes).subarray(0, end) }];
  });
}

/** The exchanges in pieces, one behind the other: each but the first begins with a prompt. */
export function slicesOf(bytes: Buffer, most: number, random: () => number): readonly Buffer[] {
  const lines = bytes.toString('utf8').split('\n');
  const prompts = lines.flatMap((line, i) => (i > 0 && isPrompt(recordOf(line)) ? [i] : []));
  const cuts = shuffled(prompts, random)
    .slice(0, most - 1)
    .sort((a, b) => a - b);
  const ends = [...cuts, lines.length];
  return ends.map((end, i) => Buffer.from(`${lines.slice(i === 0 ? 0 : ends[i - 1], end).join('\n')}\n`));
}

function isPrompt(record: JsonObject | undefined): boolean {
  const content = isJsonObject(record?.message) ? record.message.content : undefined;
  const typed = record?.type === 'user' && record.isMeta !== true && record.isSidechain !== true;
  return typed && typeof content === 'string' && !content.startsWith('<') && typeof record.parentUuid === 'string';
}

/** The lines of each Claude Code message, with the results that stand among them, in another order; the message stays first. */
export function permuted(bytes: Buffer, random: () => number): Buffer {
  const lines = bytes.toString('utf8').split('\n');
  const records = lines.map(recordOf);
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const message = messageIdOf(records[at]);
    let end = at + 1;
    if (message !== undefined) {
      for (let next = end; next < lines.length && isOfMessage(records[next], message); next++) {
        if (messageIdOf(records[next]) === message) end = next + 1;
      }
    }
    const group = shuffled(lines.slice(at, end), random);
    const first = group.findIndex((line) => messageIdOf(recordOf(line)) === message);
    out.push(...(first <= 0 ? group : [group[first] ?? '', ...group.toSpliced(first, 1)]));
    at = end;
  }
  return Buffer.from(out.join('\n'));
}

function isOfMessage(record: JsonObject | undefined, message: string): boolean {
  if (record === undefined || record.isSidechain === true) return false;
  if (messageIdOf(record) === message) return true;
  const content = isJsonObject(record.message) ? record.message.content : undefined;
  return record.type === 'user' && Array.isArray(content) && content.every((each) => isResult(each as JsonValue));
}

function isResult(block: JsonValue): boolean {
  return isJsonObject(block) && block.type === 'tool_result';
}

function messageIdOf(record: JsonObject | undefined): string | undefined {
  if (record?.type !== 'assistant' || !isJsonObject(record.message) || record.isSidechain === true) return undefined;
  return typeof record.message.id === 'string' ? record.message.id : undefined;
}

function recordOf(line: string): JsonObject | undefined {
  try {
    const value = JSON.parse(line) as JsonValue;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How a client writes the past of a session that it resumes. */
export interface Resume {
  /** What the model had said gets the moment of the resume as its time. */
  readonly restamped: boolean;
  /** Only records that its end names as parents are copied: parallel calls, their answers, and prompts from the queue are lost. */
  readonly chainOnly: boolean;
}

/** The session as a client resumed it from a random record on, with the new session's id; a prompt and its answer follow. */
export function resumed(bytes: Buffer, random: () => number, { restamped, chainOnly }: Resume): Buffer {
  const lines = bytes.toString('utf8').split('\n');
  const records = lines
    .map(recordOf)
    .filter((record) => record !== undefined)
    .filter(isOfChain);
  const past = records.slice(0, 1 + Math.floor(random() * records.length));
  while (isUnsaid(past.at(-1))) past.pop();
  const last = past.at(-1);
  if (last === undefined) return bytes;
  const { uuid, cwd, version, gitBranch } = last;
  const newest = Math.max(...past.map(({ timestamp }) => Date.parse(String(timestamp)) || 0));
  const at = (ms: number) => new Date(newest + ms).toISOString();
  const session = { sessionId: '99999999-0000-4000-8000-000000000000' };
  const copied = (chainOnly ? wayTo(last, past) : past).map((record) =>
    restamped && record.type === 'assistant' ? { ...record, ...session, timestamp: at(60_000) } : record,
  );
  const own = { ...session, cwd, version, gitBranch, isSidechain: false };
  const said = (role: string) => ({ role, content: [{ type: 'text', text: `the ${role} goes on` }] });
  const user = {
    ...own,
    type: 'user',
    uuid: 'resumed-1',
    parentUuid: uuid,
    timestamp: at(70_000),
    message: said('user'),
  };
  const message = { id: 'm-resumed', ...said('assistant') };
  const answer = {
    ...own,
    type: 'assistant',
    uuid: 'resumed-2',
    parentUuid: 'resumed-1',
    timestamp: at(71_000),
    message,
  };
  return Buffer.from([...copied, user, answer].map((record) => `${JSON.stringify(record)}\n`).join(''));
}

/** A record and those above it. */
function wayTo(last: JsonObject, records: readonly JsonObject[]): readonly JsonObject[] {
  const byId = new Map(records.map((record) => [record.uuid, record]));
  const way = new Set<JsonObject>();
  for (let at: JsonObject | undefined = last; at !== undefined && !way.has(at); ) {
    way.add(at);
    at = byId.get(at.parentUuid ?? at.logicalParentUuid);
  }
  return records.filter((record) => way.has(record));
}

/** Nobody goes on between a compaction and its summary, or from a message that has said nothing yet. */
function isUnsaid(record: JsonObject | undefined): boolean {
  if (record === undefined || record.subtype === 'compact_boundary') return record !== undefined;
  const content = isJsonObject(record.message) ? record.message.content : undefined;
  return (
    record.type === 'assistant' &&
    Array.isArray(content) &&
    content.every((block) => isJsonObject(block as JsonValue) && (block as JsonObject).thinking === '')
  );
}

function isOfChain(record: JsonObject): boolean {
  return typeof record.uuid === 'string' && record.isSidechain !== true;
}

/** A folder of its own for each copy. */
export function copyPath(dir: string, n: number, name: string): string {
  return join(dir, `copy-${n}`, 'projects', name);
}
