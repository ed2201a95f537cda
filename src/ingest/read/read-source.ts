/** One source from bytes to turns that are ready to be hashed: read, parse, redact, encode. */
/** All that needs no archive, so that it can run in a thread of its own; secrets end here, before anything is hashed. */

import { dirname, resolve } from 'node:path';
import { blake3Hex } from '../../base/blake3.ts';
import { decodeUtf8 } from '../../base/bytes.ts';
import { LimitError, messageOf } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Problem } from '../../base/log.ts';
import type { PayloadHash } from '../../model/ids.ts';
import { type Item, itemJson } from '../../model/item.ts';
import type { Counts, Redactor } from '../../secrets/secrets.ts';
import { GIVEN_UP_MS, QUIET_MS } from '../kit/builder.ts';
import type { ImportedConversation, ImportedTurn, Importer, SourceInput, SourceOutput } from '../kit/importer.ts';
import type { Gap } from '../kit/json-lines.ts';
import { findLongLine, readAround } from './long-lines.ts';
import { createJoiner, type Joiner } from './payload-joiner.ts';
import { besideReader, closeFile, guardOf, type OpenFile, openFile } from './source-file.ts';
import { keepSource, restoreSource } from './sources.ts';

/** What to read of one source. Cloneable between threads. */
export interface ReadTask {
  readonly path: string;
  /** Files beside the source are read inside this folder only. */
  readonly root: string;
  readonly importer: string;
  /** Bytes before are consumed; `firstLine` is the 1-based number of the line that starts there. */
  readonly from: number;
  readonly firstLine: number;
  /** The importer's own, from the run that consumed up to `from`. */
  readonly state?: JsonObject;
  readonly settle: boolean;
  /** The clock of the run: how long the source has been quiet. */
  readonly nowMs: number;
  /** Bytes that are parsed at once; what comes out is the same whatever it is. */
  readonly partBytes?: number;
  /** Folder that keeps the agent's own bytes; absent: they are not kept. */
  readonly keepIn?: string;
  /** The bytes are not read at `path` but here, up to `size`; files beside the source come from what `sourcesDir` keeps. */
  readonly kept?: { readonly file: string; readonly size: number; readonly sourcesDir: string };
}

export interface ReadTurn extends Omit<ImportedTurn, 'item'> {
  /** Where its payload stands in `payloads`. Length -1: the payload could not be stored, its children go to its parent. */
  readonly at: number;
  readonly length: number;
  readonly payloadHash: PayloadHash;
}

/** What redaction did to one turn. */
export interface Fired {
  /** Index in `turns`. */
  readonly turn: number;
  readonly redactions: Counts;
  readonly findings: Counts;
}

/** Part of a source, in order. Small sources have one. Cloneable; `payloads` (on a buffer of their own) and blobs can be transferred. */
export interface ReadPart {
  readonly turns: readonly ReadTurn[];
  readonly payloads: Uint8Array;
  readonly fired: readonly Fired[];
  readonly conversations: readonly ImportedConversation[];
  readonly blobs: SourceOutput['blobs'];
  readonly aliases: SourceOutput['aliases'];
  readonly consumed: number;
  readonly nextLine: number;
  readonly guard: string;
  readonly size: number;
  readonly mtimeNs: string;
  readonly state: JsonObject;
  readonly problems: readonly Problem[];
  readonly records: Readonly<Record<string, number>>;
  readonly waiting: number;
  /** What waits may have ended once nobody has written to the source for so long. 0: a longer silence changes nothing. */
  readonly lookAgainMs: number;
  /** Bytes of the file that were read. */
  readonly bytes: number;
  /** Starts at the source's beginning: what was said of it before counts no more. */
  readonly fresh: boolean;
  readonly last: boolean;
}

/** One part of a source, or why it could not be read any further. */
export type ReadResult = { readonly part: ReadPart } | { readonly failed: string };

/** Reads a source in parts of bounded size. Throws what the system throws for a file that cannot be read, and importers' bugs. */
export async function* readSource(task: ReadTask, importer: Importer, redactor: Redactor): AsyncGenerator<ReadPart> {
  const file = openTask(task);
  try {
    yield* readParts(task, file, importer, redactor);
  } finally {
    closeFile(file);
  }
}

function openTask({ path, kept }: ReadTask): OpenFile {
  if (kept === undefined) return openFile(path);
  const file = openFile(kept.file);
  return { ...file, path, size: Math.min(file.size, kept.size) };
}

function besideTask({ root, path, kept }: ReadTask, seen: (path: string) => void) {
  if (kept === undefined) return besideReader(root, path, seen);
  return (relativePath: string) => restoreSource(kept.sourcesDir, resolve(dirname(path), relativePath));
}

async function* readParts(
  task: ReadTask,
  file: OpenFile,
  importer: Importer,
  redactor: Redactor,
): AsyncGenerator<ReadPart> {
  const { partBytes = PART_BYTES } = task;
  const besides = new Set<string>();
  const readBeside = besideTask(task, (path) => besides.add(path));
  let { from, firstLine, state } = task;
  let fresh = from === 0;
  let span = partBytes;
  let gaps: readonly Gap[] = [];
  for (let last = false; !last; ) {
    const to = Math.min(file.size, endOfSpan(from, span, gaps));
    last = to === file.size;
    const quietMs = last ? Math.max(0, task.nowMs - Number(file.mtimeNs / 1_000_000n)) : undefined;
    const quiet = quietMs === undefined ? {} : { quietMs };
    const step = { from, firstLine, ...(state === undefined ? {} : { state }), settle: task.settle && last, ...quiet };
    const read = readOutput(file, to, importer, { path: task.path, ...step, readBeside, gaps });
    if (read === undefined) {
      span = file.size;
      continue;
    }
    const { output } = read;
    const bytes = read.bytes.length;
    if (output.consumed < from) {
      // The importer cannot go on from its own state (it is of another version): the source is read from its start.
      ({ from, firstLine, state } = { from: 0, firstLine: 1, state: undefined });
      fresh = true;
      last = false;
      continue;
    }
    if (!last && output.consumed === from) {
      const gap = findLongLine(file, from, to, gaps);
      if (gap !== undefined) gaps = [...gaps, gap];
      else if (span > 4 * limits.sourceLine)
        throw new LimitError('one message of a session', span, { path: task.path });
      span = gap === undefined ? Math.min(span * 2, span + limits.sourceLine) : partBytes;
      continue;
    }
    // with a line left out the bytes are none that stand in the file
    const known = gaps.length === 0 ? { known: { from, bytes: read.bytes } } : {};
    const problems =
      last && task.keepIn !== undefined ? keepAll(task.keepIn, { ...file, ...known }, importer.id, besides) : [];
    const lookAgainMs = output.waiting > 0 && quietMs !== undefined ? nextLook(quietMs) : 0;
    yield { ...(await encodePart(output, file, redactor, problems, bytes)), fresh, last, bytes, lookAgainMs };
    fresh = false;
    span = partBytes;
    ({ consumed: from, nextLine: firstLine, state } = output);
    const reached = from;
    gaps = gaps.filter((gap) => gap.offset >= reached);
  }
}

/** After which silence the kit would say something else of what waits; 0: never. */
function nextLook(quietMs: number): number {
  return [QUIET_MS, GIVEN_UP_MS].find((ms) => quietMs < ms) ?? 0;
}

/** Where as many bytes end that are no gap. */
function endOfSpan(from: number, span: number, gaps: readonly Gap[]): number {
  let end = from + span;
  for (const { offset, length } of gaps) if (offset <= end) end += length;
  return end;
}

/** What the importer says of the bytes up to `to`, and these. Undefined: a document that has to be read whole. */
function readOutput(
  file: OpenFile,
  to: number,
  importer: Importer,
  input: Omit<SourceInput, 'bytes'>,
): { readonly output: SourceOutput; readonly bytes: Uint8Array } | undefined {
  const bytes = readAround(file, input.from, to, input.gaps ?? []);
  if (to < file.size && input.from === 0 && !isLines(bytes)) return undefined;
  return { output: importer.read({ ...input, bytes }), bytes };
}

/** `bytes`: how many were read, about what the payloads will need. */
async function encodePart(
  output: SourceOutput,
  file: OpenFile,
  redactor: Redactor,
  more: readonly Problem[],
  bytes: number,
): Promise<Omit<ReadPart, 'fresh' | 'last' | 'bytes' | 'lookAgainMs'>> {
  const problems = [...output.problems, ...more];
  const payloads = createJoiner(bytes);
  const turns: ReadTurn[] = [];
  const fired: Fired[] = [];
  for (const [i, turn] of output.turns.entries()) {
    // one by one: of a part, neither the redacted items nor their payloads stand in memory twice
    const [result] = await redactor.redactItems([turn.item]);
    const at = payloads.length();
    const payload = result === undefined ? undefined : encodeTurn(turn, result.value, payloads, file.path, problems);
    const { item: _, ...fields } = turn;
    const length = payload?.length ?? -1;
    turns.push({ ...fields, at, length, payloadHash: hashOf(payload) });
    if (payload === undefined || result === undefined) continue;
    if (hasAny(result.fired) || hasAny(result.doubtful)) {
      fired.push({ turn: i, redactions: result.fired, findings: result.doubtful });
    }
  }
  const conversations: ImportedConversation[] = [];
  for (const each of output.conversations) {
    conversations.push({ ...each, meta: (await redactor.redactMeta(each.meta)).value });
  }
  return {
    turns,
    payloads: payloads.bytes(),
    fired,
    conversations,
    blobs: output.blobs,
    aliases: output.aliases,
    consumed: output.consumed,
    nextLine: output.nextLine,
    guard: guardOf(file, output.consumed),
    size: file.size,
    // not kept: the next run has to look at it again
    mtimeNs: more.some(({ code }) => code === 'SOURCE_NOT_KEPT') ? '' : String(file.mtimeNs),
    state: output.state,
    problems,
    records: output.records,
    waiting: output.waiting,
  };
}

/** Adds the payload of a turn and returns it; undefined, with a problem, for an item that cannot be stored. */
function encodeTurn(
  turn: ImportedTurn,
  item: Item,
  payloads: Joiner,
  file: string,
  problems: Problem[],
): Uint8Array | undefined {
  const before = payloads.length();
  try {
    const payload = payloads.add(itemJson(item));
    if (payload.length <= limits.payload) return payload;
    payloads.cut(before);
    const message = `the turn ${turn.key} has ${payload.length} bytes, over the limit of ${limits.payload}; it was left out`;
    problems.push({ code: 'PAYLOAD_TOO_LARGE', file, message });
  } catch (error) {
    problems.push({ code: 'UNSTORABLE', file, message: `the turn ${turn.key} was left out: ${messageOf(error)}` });
  }
  return undefined;
}

/** Keeping the agent's bytes is a service beside the archive: a damaged copy is said and does not hold up the turns. */
function keepAll(dir: string, file: OpenFile, importer: string, besides: Set<string>): readonly Problem[] {
  const problems = keepOne(dir, file, importer);
  for (const path of [...besides].sort()) {
    const beside = openFile(path);
    try {
      problems.push(...keepOne(dir, beside, importer, file.path));
    } finally {
      closeFile(beside);
    }
  }
  besides.clear();
  return problems;
}

function keepOne(dir: string, file: OpenFile, importer: string, beside?: string): Problem[] {
  try {
    keepSource(dir, file, importer, beside);
    return [];
  } catch (error) {
    // whatever the reason, a full disk too: what the session says is kept all the same
    return [
      { code: 'SOURCE_NOT_KEPT', file: file.path, message: `the agent's own bytes were not kept: ${messageOf(error)}` },
    ];
  }
}

function hashOf(payload: Uint8Array | undefined): PayloadHash {
  return (payload === undefined ? '' : blake3Hex(payload)) as PayloadHash;
}

function hasAny(counts: Counts): boolean {
  for (const _ in counts) return true;
  return false;
}

/** Whether a source goes line by line. One document, written over many lines, cannot be read in parts. */
function isLines(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(10);
  return end > 0 && decodeUtf8(bytes.subarray(0, end)).trimEnd().endsWith('}');
}

/** Bytes of a source that are parsed at once: bounds memory for sessions of any size. */
const PART_BYTES = 16 * 1024 * 1024;
