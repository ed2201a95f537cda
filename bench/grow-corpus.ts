/** Makes a corpus of any size from a seed folder of Claude Code sessions: copies with other ids, times and some other words. */
/** Line by line, so that memory does not follow the size; the same seed and size give the same bytes. */

import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, utimesSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface GrownCorpus {
  readonly bytes: number;
  readonly files: number;
  readonly copies: number;
  /** Later than any turn, milliseconds. */
  readonly endMs: number;
  /** Words that stand in one conversation only: in the first prompt of the oldest copy, and of the newest. */
  readonly oldestWord: string;
  readonly newestWord: string;
}

const DAY_MS = 86_400_000;

/** Fills `into` with copies of `seed` until it holds `wanted` bytes. Whole sessions only, so it ends a little above. */
export function growCorpus(seed: string, into: string, wanted: number): GrownCorpus {
  const sessions = readdirSync(seed, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
  let bytes = 0;
  let files = 0;
  let copies = 0;
  for (; bytes < wanted; copies++) {
    for (const name of sessions) {
      if (bytes >= wanted) break;
      bytes += copySession(join(seed, name), join(into, otherIds(name, copies)), copies);
      files++;
    }
  }
  const endMs = Date.UTC(2026, 2, 1) + copies * 100 * DAY_MS;
  return { bytes, files, copies, endMs, oldestWord: wordOf(0), newestWord: wordOf(copies - 1) };
}

/** The word that the first prompts of a copy have and no other's. */
function wordOf(copy: number): string {
  return `quokka${spell(hashOf(`copy ${copy}`))}`;
}

/** When the files were last written to, seconds since 1970. */
const LONG_AGO = Date.UTC(2026, 0, 1) / 1000;

/** Returns the bytes that were written. */
function copySession(from: string, to: string, copy: number): number {
  mkdirSync(dirname(to), { recursive: true });
  const file = openSync(to, 'w');
  let bytes = 0;
  let prompted = false;
  try {
    for (const line of readFileSync(from, 'utf8').split('\n')) {
      if (line === '') continue;
      const record = parse(line);
      const moved = record === undefined ? line : JSON.stringify(change(record, copy, ''));
      let text = otherTimes(otherIds(moved, copy), copy);
      if (!prompted && record !== undefined && isPrompt(record)) {
        prompted = true;
        text = text.replace('"role":"user","content":"', `$&${wordOf(copy)} `);
      }
      bytes += writeSync(file, `${text}\n`);
    }
  } finally {
    closeSync(file);
  }
  // nobody writes to it any more: what a message waits for when it is still being written would depend on the hour
  utimesSync(to, LONG_AGO, LONG_AGO);
  return bytes;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined; // a broken line is copied as it is: agents write such
  }
}

function isPrompt(record: unknown): boolean {
  if (typeof record !== 'object' || record === null || !('type' in record) || record.type !== 'user') return false;
  const message = 'message' in record ? record.message : undefined;
  return typeof message === 'object' && message !== null && 'content' in message && typeof message.content === 'string';
}

/** Members that hold what people, models and tools said. */
const SAID: ReadonlySet<string> = new Set(['content', 'text', 'thinking', 'stdout']);

/** The value with one long word in twelve changed in what was said: a vocabulary grows with a corpus. Copy 0 is the seed. */
function change(value: unknown, copy: number, member: string): unknown {
  if (copy === 0) return value;
  if (typeof value === 'string') return SAID.has(member) ? otherWords(value, copy) : value;
  if (Array.isArray(value)) return value.map((each) => change(each, copy, member));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, change(each, copy, name)]));
}

function otherWords(text: string, copy: number): string {
  return text.replace(/\b[a-z]{7,14}\b/g, (word) => {
    const hash = hashOf(`${word}${copy % 4}`);
    return hash % 12 === 0 ? word.slice(0, -3) + spell(hash).slice(0, 3) : word;
  });
}

/** UUIDs and the ids of messages, calls and requests; of the same length, the same wherever they stand. */
function otherIds(text: string, copy: number): string {
  if (copy === 0) return text;
  return text.replace(
    /\b([0-9a-f]{8})(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b|\b(msg_|toolu_|req_)([A-Za-z0-9]{20,})/g,
    (_, first: string | undefined, rest: string, kind: string, id: string) =>
      first === undefined
        ? `${kind}${spell(hashOf(`${id}${copy}`))}${id.slice(7)}`
        : hashOf(`${first}${copy}`).toString(16).padStart(8, '0') + rest,
  );
}

/** Copy 1 is a hundred days after the seed, and so on: conversations of one copy follow those of the one before. */
function otherTimes(text: string, copy: number): string {
  if (copy === 0) return text;
  return text.replace(/"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"/g, (whole, time: string) => {
    const ms = Date.parse(time);
    return Number.isNaN(ms) ? whole : `"${new Date(ms + copy * 100 * DAY_MS).toISOString()}"`;
  });
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

/** Seven letters from a number. */
function spell(n: number): string {
  let out = '';
  for (let rest = n; out.length < 7; rest = Math.floor(rest / 26)) out += String.fromCharCode(97 + (rest % 26));
  return out;
}
