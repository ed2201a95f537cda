/** What a withdrawal will take, found before anything is taken: turns, metas that say the same, and where else it is said. */
/** Apart from the command, which shows it, asks and acts. */

import type { ArchiveReader, ConversationSummary, LoggedTurn, Meta } from '../../archive/archive.ts';
import { decodeUtf8 } from '../../base/bytes.ts';
import { isJsonObject, type JsonValue, parseJson } from '../../base/json.ts';
import { BadItemError } from '../../model/errors.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { listStrings } from '../../model/item-text.ts';
import { findProjection } from '../../model/payload.ts';
import { type Saying, sayingOfTexts, sayingOfWords } from './saying.ts';

export interface Withdrawal {
  readonly saying: Saying;
  /** The turn that was named. */
  readonly turn: LoggedTurn;
  /** Members of its conversation's metas, of now and of before, that say it. */
  readonly members: readonly string[];
  /** Other turns that say it, in the order in which search has them. */
  readonly turns: readonly LoggedTurn[];
  /** Other conversations whose meta says it. */
  readonly conversations: readonly { readonly id: ConversationId; readonly members: readonly string[] }[];
}

/** `words`: what has to go, when it is not the turn as a whole. */
export function planWithdrawal(archive: ArchiveReader, turn: LoggedTurn, words: string | undefined): Withdrawal {
  const saying = words === undefined ? sayingOfTexts(textsOf(archive, turn)) : sayingOfWords(words);
  const members = membersOf(archive, archive.getConversation(turn.conversation), saying);
  return { saying, turn, members, ...findElsewhere(archive, turn, saying) };
}

/** What says it beside a turn and its conversation's meta. */
export function findElsewhere(
  archive: ArchiveReader,
  turn: LoggedTurn,
  saying: Saying,
): Pick<Withdrawal, 'turns' | 'conversations'> {
  const turns = findTurns(archive, turn.hash, saying);
  const others = new Set(turns.map(({ conversation }) => conversation));
  const conversations: { id: ConversationId; members: readonly string[] }[] = [];
  for (const summary of archive.walkConversations()) {
    if (summary.id === turn.conversation) continue;
    const members = others.has(summary.id) ? membersOf(archive, summary, saying) : findMembers(summary.meta, saying);
    if (members.length > 0) conversations.push({ id: summary.id, members });
  }
  return { turns, conversations };
}

/** Every text in a turn's payload; none of one that is gone or that we cannot look into. */
export function textsOf(archive: Pick<ArchiveReader, 'readPayloads'>, turn: LoggedTurn): readonly string[] {
  const [payload] = archive.readPayloads([turn]);
  if (payload?.status !== 'present') return [];
  try {
    const value = findProjection(turn)?.toJson(payload.bytes);
    return value === undefined ? [] : listTexts(value);
  } catch (error) {
    if (error instanceof BadItemError) return [];
    throw error;
  }
}

/** Without the words of the format and of programs: roles, types, ids, names of tools and models. */
function listTexts(item: JsonValue): readonly string[] {
  const parts = isJsonObject(item) && Array.isArray(item.parts) ? (item.parts as readonly JsonValue[]) : [item];
  return parts.flatMap((part) => {
    if (!isJsonObject(part)) return listStrings(part);
    const said = SAID.flatMap((name) => (part[name] === undefined ? [] : [part[name]]));
    return said.flatMap((value) => listStrings(value ?? null)).filter((text) => text.trim() !== '');
  });
}

const SAID = ['content', 'arguments', 'response', 'diff', 'uri'];

/** Members of a meta that say it, by name: `title`, `git.branch`, `tags`. */
export function findMembers(meta: Meta, saying: Saying): readonly string[] {
  const found = [...walkWords(meta as unknown as JsonValue, '')].filter(({ name, text }) => says(saying, name, text));
  return [...new Set(found.map(({ name }) => name))];
}

/** The texts themselves. */
export function listNames(meta: Meta, saying: Saying): readonly string[] {
  const found = [...walkWords(meta as unknown as JsonValue, '')].filter(({ name, text }) => says(saying, name, text));
  return found.map(({ text }) => text);
}

/**
 * The meta without what says it. When a folder goes, all places go: with those that are left it would be a conversation that was held
 * there alone, and perhaps public.
 */
export function withoutMembers(meta: Meta, saying: Saying): Meta {
  const kept = prune(meta as unknown as JsonValue, '', saying) as unknown as Meta;
  if (!findMembers(meta, saying).some((name) => PLACES.has(name) && name !== 'project')) return kept;
  const { cwd: _, folders: __, git: ___, ...placeless } = kept;
  return placeless;
}

/** Whether any member of a meta in its bytes says it. What is no JSON may say anything. */
export function metaSays(bytes: Uint8Array, saying: Saying): boolean {
  const meta = parseMeta(bytes);
  return meta === undefined || findMembers(meta, saying).length > 0;
}

/** A title is made of what was said; where the work was done has a name of its own, which typed words alone can mean. */
function says(saying: Saying, name: string, text: string): boolean {
  return saying.gaveWords(text, name === 'title' ? 1 : PLACES.has(name) ? Number.POSITIVE_INFINITY : 2);
}

const PLACES: ReadonlySet<string> = new Set(['project', 'cwd', 'folders', 'git.remote']);

/** Members that nobody writes words into: names of programs and models, ids, times, counts. */
const WORDLESS: ReadonlySet<string> = new Set([
  ...['agent', 'agent_version', 'models', 'sessions', 'parent', 'fork_of', 'git.commit', 'started', 'updated'],
  ...['redactions', 'findings'],
]);

/** Each text of a meta under the name of its member; texts in a list under that of the list. */
function* walkWords(value: JsonValue, name: string): Generator<{ readonly name: string; readonly text: string }> {
  if (WORDLESS.has(name)) return;
  if (typeof value === 'string') yield { name, text: value };
  else if (Array.isArray(value)) for (const each of value as readonly JsonValue[]) yield* walkWords(each, name);
  else if (isJsonObject(value))
    for (const [member, each] of Object.entries(value))
      yield* walkWords(each, name === '' ? member : `${name}.${member}`);
}

function prune(value: JsonValue, name: string, saying: Saying): JsonValue {
  const isSaid = (each: JsonValue, at: string): boolean =>
    !WORDLESS.has(at) && typeof each === 'string' && says(saying, at, each);
  if (Array.isArray(value)) {
    const list = value as readonly JsonValue[];
    return list.filter((each) => !isSaid(each, name)).map((each) => prune(each, name, saying));
  }
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).flatMap(([member, each]) => {
    const at = name === '' ? member : `${name}.${member}`;
    return isSaid(each, at) ? [] : [[member, prune(each, at, saying)] as const];
  });
  return Object.fromEntries(kept);
}

/** In all metas that the conversation ever had. */
export function listMetas(archive: Pick<ArchiveReader, 'readMetas'>, id: ConversationId): readonly Meta[] {
  return archive.readMetas(id).flatMap((payload) => {
    const meta = payload.status === 'present' ? parseMeta(payload.bytes) : undefined;
    return meta === undefined ? [] : [meta];
  });
}

function membersOf(archive: ArchiveReader, { id }: ConversationSummary, saying: Saying): readonly string[] {
  return [...new Set(listMetas(archive, id).flatMap((meta) => findMembers(meta, saying)))].sort();
}

function parseMeta(bytes: Uint8Array): Meta | undefined {
  try {
    const meta = parseJson(decodeUtf8(bytes));
    return isJsonObject(meta) ? (meta as Meta) : undefined;
  } catch {
    return undefined;
  }
}

/** The index finds those that may say it; each is read and compared. */
function findTurns(archive: ArchiveReader, own: TurnHash, saying: Saying): readonly LoggedTurn[] {
  const found = new Map<TurnHash, LoggedTurn>();
  const looked = new Set<TurnHash>([own]);
  for (const phrase of saying.phrases) {
    for (const { turn: hash } of archive.search({ text: `"${phrase}"`, limit: MOST_HITS })) {
      if (looked.has(hash)) continue;
      looked.add(hash);
      const turn = archive.findTurn(hash);
      if (turn !== undefined && textsOf(archive, turn).some((text) => saying.standsIn(text))) found.set(hash, turn);
    }
  }
  return [...found.values()];
}

/** Of one phrase. What is behind them is found by asking again when these are gone. */
const MOST_HITS = 1000;
