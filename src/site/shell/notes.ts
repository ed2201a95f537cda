/** What the owner writes about conversations, in `content/notes/`: their titles, tags, summaries and chapters, and entries of a link blog. */
/** A note that is wrong is named and left out; it never stops a build, and it never makes anything public. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { parseTime } from '../../base/time.ts';
import type { FrontMatter } from './front-matter.ts';

/** Beside a conversation: `<first digits of its id>.md`. */
export interface Note {
  /** File name without `.md`. */
  readonly name: string;
  /** Empty: the conversation's own. */
  readonly title: string;
  readonly summary: string;
  readonly tags: readonly string[];
  /** Stands on the front page, before all others. */
  readonly pinned: boolean;
  /** Not shown on the public site. */
  readonly hidden: boolean;
  /** Where something new begins. */
  readonly chapters: readonly { readonly turn: string; readonly title: string }[];
  /** Markdown, for the cover. */
  readonly text: string;
  /** Markdown by the first 16 digits of a turn. */
  readonly turns: ReadonlyMap<string, string>;
}

/** An entry of the link blog: any other name. */
export interface BlogEntry {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly timeMs: number;
  /** Digits of a turn, or of a conversation. */
  readonly about: string;
  readonly text: string;
}

/** A page of the owner's own, from `content/pages`. */
export interface AuthoredPage {
  /** Empty: its first heading. */
  readonly title: string;
  /** For search engines and previews; empty: none of its own. */
  readonly description: string;
  /** True: not on the public site. */
  readonly hidden: boolean;
  readonly text: string;
}

export type ReadNote = { readonly note: Note } | { readonly entry: BlogEntry } | { readonly problem: string };

const CONVERSATION = /^[0-9a-f]{8,64}$/;
const DIGITS = /^(?:#?t-)?([0-9a-f]{8,64})$/;
/** A heading that is a turn's anchor begins what is said beside that turn. */
const TURN_HEADING = /^#{1,6}[ \t]+t-([0-9a-f]{16})[ \t]*$/m;

/** Whether a note of this name is about the conversation whose id begins so; every other is an entry. */
export function isConversationName(name: string): boolean {
  return CONVERSATION.test(name);
}

const NOTE_MEMBERS = ['title', 'tags', 'summary', 'pinned', 'hidden', 'chapters'];
const ENTRY_MEMBERS = ['title', 'tags', 'summary', 'date', 'turn', 'conversation'];
const PAGE_MEMBERS = ['title', 'description', 'hidden'];

/** `name`: the file's, without `.md`. */
export function readNote(name: string, { head, text }: FrontMatter): ReadNote {
  const value = head as JsonValue;
  if (!isJsonObject(value)) return { problem: 'its head must be members and values' };
  const ofConversation = isConversationName(name);
  const known = ofConversation ? NOTE_MEMBERS : ENTRY_MEMBERS;
  const problems = unknownMembers(value, known);
  const shared = {
    name,
    title: readText(value, 'title', problems),
    summary: readText(value, 'summary', problems),
    tags: readTags(value.tags, problems),
  };
  const result = ofConversation
    ? { note: { ...shared, ...readConversationNote(value, text, problems) } }
    : { entry: { ...shared, ...readEntry(value, problems), text } };
  return problems[0] === undefined ? result : { problem: problems[0] };
}

export function readPage({ head, text }: FrontMatter): { readonly page: AuthoredPage } | { readonly problem: string } {
  const value = head as JsonValue;
  if (!isJsonObject(value)) return { problem: 'its head must be members and values' };
  const problems = unknownMembers(value, PAGE_MEMBERS);
  const page = {
    title: readText(value, 'title', problems),
    description: readText(value, 'description', problems),
    hidden: readFlag(value, 'hidden', problems),
    text,
  };
  return problems[0] === undefined ? { page } : { problem: problems[0] };
}

/** What is wrong: nothing, or the first of them. */
function unknownMembers(value: JsonObject, known: readonly string[]): string[] {
  const unknown = Object.keys(value).find((member) => !known.includes(member));
  return unknown === undefined ? [] : [`"${unknown}" is not known; known here: ${known.join(', ')}`];
}

function readConversationNote(value: JsonObject, text: string, problems: string[]) {
  const [cover = '', ...rest] = text.split(TURN_HEADING);
  const turns = new Map<string, string>();
  for (let i = 0; i + 1 < rest.length; i += 2) turns.set(rest[i] ?? '', (rest[i + 1] ?? '').trim());
  return {
    pinned: readFlag(value, 'pinned', problems),
    hidden: readFlag(value, 'hidden', problems),
    chapters: readChapters(value.chapters, problems),
    text: cover.trim(),
    turns,
  };
}

function readEntry(value: JsonObject, problems: string[]) {
  const about = DIGITS.exec(String(value.turn ?? value.conversation ?? ''))?.[1];
  if (about === undefined) problems.push('"turn" or "conversation" must say what it is about: 8 digits or more');
  const timeMs = parseTime(value.date);
  if (timeMs === undefined) problems.push('"date" must be a day, as in "2026-11-21"');
  if (typeof value.title !== 'string' || value.title === '') problems.push('"title" is missing');
  return { about: about ?? '', timeMs: timeMs ?? 0 };
}

function readText(value: JsonObject, name: string, problems: string[]): string {
  const text = value[name] ?? '';
  if (typeof text === 'string') return text;
  problems.push(`"${name}" must be a text; put it in quotation marks`);
  return '';
}

function readFlag(value: JsonObject, name: string, problems: string[]): boolean {
  const flag = value[name] ?? false;
  if (typeof flag !== 'boolean') problems.push(`"${name}" must be true or false`);
  return flag === true;
}

function readTags(value: JsonValue | undefined, problems: string[]): readonly string[] {
  const tags = value ?? [];
  if (Array.isArray(tags) && tags.every((tag): tag is string => typeof tag === 'string' && tag !== '')) return tags;
  problems.push('"tags" must be a list of texts');
  return [];
}

function readChapters(value: JsonValue | undefined, problems: string[]): Note['chapters'] {
  const chapters = value ?? [];
  const read = (Array.isArray(chapters) ? chapters : [chapters]).map((chapter) => {
    const turn = isJsonObject(chapter) ? DIGITS.exec(String(chapter.turn ?? ''))?.[1] : undefined;
    const title = isJsonObject(chapter) ? chapter.title : undefined;
    return turn === undefined || typeof title !== 'string' ? undefined : { turn: turn.slice(0, 16), title };
  });
  if (read.some((chapter) => chapter === undefined))
    problems.push('"chapters" must be a list of a "turn" and a "title" each');
  return read.filter((chapter) => chapter !== undefined);
}
