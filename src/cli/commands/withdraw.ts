/** `turnpress withdraw`: what a turn says, or a conversation's meta, leaves the archive; all hashes stay. */
/** Shows what it will take and asks, because nothing brings it back. Rotate a leaked credential first: nobody can make copies vanish. */

import { join } from 'node:path';
import type { ArchiveWriter, LoggedTurn } from '../../archive/archive.ts';
import { forgetWords, withholdSource } from '../../ingest/ingest.ts';
import { formatCount, plural } from '../../model/counts.ts';
import { type ConversationId, isHashPrefix, shortId } from '../../model/ids.ts';
import { findReason, reasonNames, UNSAID_REASON } from '../../model/withdrawal.ts';
import { holdOpen, noSuch, openToWrite } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { oneLine } from '../terminal.ts';
import type { Saying } from '../withdraw/saying.ts';
import {
  findElsewhere,
  findMembers,
  listMetas,
  listNames,
  metaSays,
  planWithdrawal,
  textsOf,
  type Withdrawal,
  withoutMembers,
} from '../withdraw/withdrawal.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const typed = (args[0] ?? '').toLowerCase();
  const ask = options.yes === true || context.json ? undefined : context.world.ask;
  checkTyped(typed, ask !== undefined);
  if (typeof options.reason === 'string') reasonOf(options.reason);
  else if (ask === undefined) throw new UsageError(`withdraw wants a reason: --reason ${reasonNames()}`);
  if (options.meta === true && (options.words !== undefined || options.everywhere === true))
    throw new UsageError('--meta takes all meta of one conversation: it goes without --words and --everywhere');
  if (typeof options.words === 'string' && options.words.trim() === '')
    throw new UsageError('--words takes the words that have to go');
  const archive = openToWrite(context);
  const close = holdOpen(context, archive);
  try {
    const done =
      options.meta === true
        ? await withdrawMeta(context, archive, typed, options, ask)
        : await withdrawTurn(context, archive, typed, options, ask);
    if (!done) {
      context.log.info('nothing was taken back');
      return EXIT.usage;
    }
    sayWhatStays(context, options.sources === true);
    return EXIT.done;
  } finally {
    close();
  }
}

type Ask = Context['world']['ask'];

function checkTyped(typed: string, canAsk: boolean): void {
  if (!isHashPrefix(typed)) throw new UsageError(`"${typed}" is no id: it has the digits 0-9 and a-f`);
  if (typed.length < 16 && !canAsk)
    throw new UsageError(
      'without a question withdraw takes at least the first 16 digits of an id: it cannot be undone',
    );
}

async function withdrawTurn(
  context: Context,
  archive: ArchiveWriter,
  typed: string,
  options: CommandOptions,
  ask: Ask,
): Promise<boolean> {
  const turn = archive.findTurn(typed);
  if (turn === undefined) throw noSuch('turn', typed);
  const plan = planWithdrawal(archive, turn, typeof options.words === 'string' ? options.words : undefined);
  showPlan(context, archive, plan);
  const others = plan.turns.length + plan.conversations.length;
  const reason = await askReason(options, ask);
  const everywhere =
    options.everywhere === true || (others > 0 && (await isYes(ask, `the same words elsewhere, too (${others})?`)));
  const sources = options.sources === true || (await isYes(ask, 'the agents’ own files that are kept of it, too?'));
  if (reason === undefined || (ask !== undefined && !(await isYes(ask, 'take it back? It cannot be undone'))))
    return false;
  const taken = takeTurns(context, archive, plan, reason, everywhere);
  const kept = sources ? withholdSources(context, taken.paths) : 0;
  context.printJson({
    ...{ turn: turn.hash, conversation: turn.conversation, reason, turns: taken.turns, metas: taken.metas },
    elsewhere: everywhere ? 0 : others,
    sources: kept,
  });
  context.print(`taken back: turn ${turn.hash} of conversation ${shortId(turn.conversation)}`);
  if (taken.turns.length > 1) context.print(`and ${plural(taken.turns.length - 1, 'other turn')} with the same words`);
  if (taken.metas.length > 0)
    context.print(`and what ${plural(taken.metas.length, 'conversation')} said of it in title and names`);
  if (kept > 0) context.print(`and ${plural(kept, 'kept file')} of the agents`);
  if (others > 0 && !everywhere)
    context.print(`still said in ${plural(others, 'other place')}: --everywhere takes it back there, too`);
  return true;
}

interface Taken {
  readonly turns: readonly string[];
  readonly metas: readonly ConversationId[];
  readonly paths: readonly string[];
}

/** What is remembered of the words is forgotten before they are gone, and titles before turns. */
function takeTurns(
  context: Context,
  archive: ArchiveWriter,
  plan: Withdrawal,
  reason: number,
  everywhere: boolean,
): Taken {
  const now = context.world.now();
  const { saying, turn } = plan;
  const metas: ConversationId[] = [];
  const paths = new Set<string>();
  const takeMeta = (id: ConversationId): void => {
    const { meta, lastMs } = archive.getConversation(id);
    const stored = listMetas(archive, id);
    const names = new Set(stored.flatMap((each) => listNames(each, saying)));
    const isSaid = (text: string): boolean => names.has(text) || saying.standsIn(text);
    for (const path of forgetWords(archive.ledger, id, isSaid)) paths.add(path);
    if (stored.length === 0 || archive.withdrawMeta(id, reason, now, (json) => metaSays(json, saying)) === 0) return;
    metas.push(id);
    if (findMembers(meta, saying).length === 0) return;
    archive.append({
      turns: [],
      metas: [{ conversation: id, meta: withoutMembers(meta, saying), timeMs: lastMs }],
    });
  };
  takeMeta(turn.conversation);
  archive.withdraw(turn.hash, reason, now);
  const turns = new Set([turn.hash]);
  let rest: Pick<Withdrawal, 'turns' | 'conversations'> = everywhere ? plan : { turns: [], conversations: [] };
  while (rest.turns.length + rest.conversations.length > 0) {
    const whole = rest.turns.filter((other) => archive.getConversation(other.conversation).damage === undefined);
    const ids = [...whole.map(({ conversation }) => conversation), ...rest.conversations.map(({ id }) => id)];
    for (const id of new Set(ids)) if (archive.getConversation(id).damage === undefined) takeMeta(id);
    archive.withdrawTurns(
      whole.map(({ hash }) => hash),
      reason,
      now,
    );
    const before = turns.size;
    for (const { hash } of whole) turns.add(hash);
    // search gives so many at a time: those behind them are found when these are gone
    rest = turns.size === before ? { turns: [], conversations: [] } : findElsewhere(archive, turn, saying);
  }
  return { turns: [...turns], metas, paths: [...paths] };
}

async function withdrawMeta(
  context: Context,
  archive: ArchiveWriter,
  typed: string,
  options: CommandOptions,
  ask: Ask,
): Promise<boolean> {
  const found = archive.findConversation(typed);
  if (found === undefined) throw noSuch('conversation', typed);
  const metas = listMetas(archive, found.id);
  say(context, `all meta of conversation ${shortId(found.id)}, of now and of before:`);
  for (const title of new Set(metas.flatMap((meta) => meta.title ?? []))) say(context, `  title "${title}"`);
  for (const name of ['project', 'cwd', 'tags', 'links'] as const)
    if (found.meta[name] !== undefined) say(context, `  ${name} ${JSON.stringify(found.meta[name])}`);
  const reason = await askReason(options, ask);
  const sources = options.sources === true || (await isYes(ask, 'the agents’ own files that are kept of it, too?'));
  if (reason === undefined || (ask !== undefined && !(await isYes(ask, 'take it back? It cannot be undone'))))
    return false;
  const names = new Set(metas.flatMap((meta) => listNames(meta, EVERYTHING)));
  const paths = forgetWords(archive.ledger, found.id, (text) => names.has(text));
  const taken = archive.withdrawMeta(found.id, reason, context.world.now());
  const kept = sources ? withholdSources(context, paths) : 0;
  context.printJson({ conversation: found.id, metas: taken, reason, sources: kept });
  context.print(`taken back: title and all other meta of conversation ${shortId(found.id)}`);
  context.log.info('what ingest writes for it from now on has no title, project, folder, branch, links or tags');
  return true;
}

/** For a meta that goes as a whole. */
const EVERYTHING: Saying = { standsIn: () => true, gaveWords: () => true, phrases: [] };

function showPlan(context: Context, archive: ArchiveWriter, plan: Withdrawal): void {
  const { turn, members, turns, conversations } = plan;
  say(context, 'this goes, for ever:');
  say(context, `  ${turnLine(archive, turn)}`);
  if (members.length > 0) {
    const title = archive.getConversation(turn.conversation).meta.title;
    const shown = members.includes('title') && title !== undefined ? ` ("${title}")` : '';
    say(context, `  ${members.join(', ')} of conversation ${shortId(turn.conversation)}${shown}, of now and of before`);
  }
  if (turns.length + conversations.length === 0) return;
  const where = [
    turns.length > 0 ? plural(turns.length, 'other turn') : '',
    conversations.length > 0 ? `title or names of ${plural(conversations.length, 'other conversation')}` : '',
  ];
  say(context, `the same words stand in ${where.filter((text) => text !== '').join(' and in ')}:`);
  for (const other of turns.slice(0, MOST_SHOWN)) say(context, `  ${turnLine(archive, other)}`);
  for (const { id, members: names } of conversations.slice(0, MOST_SHOWN))
    say(
      context,
      `  ${names.join(', ')} of conversation ${shortId(id)}: ${archive.getConversation(id).meta.title ?? ''}`,
    );
  const more = Math.max(0, turns.length - MOST_SHOWN) + Math.max(0, conversations.length - MOST_SHOWN);
  if (more > 0) say(context, `  and ${formatCount(more)} more`);
}

const MOST_SHOWN = 10;

function turnLine(archive: ArchiveWriter, turn: LoggedTurn): string {
  const text = textsOf(archive, turn).join(' ');
  const words = text === '' ? 'its content is gone already, or cannot be read' : text;
  return `turn ${shortId(turn.hash)} of ${shortId(turn.conversation)}: ${words}`;
}

/** One line, on stderr. */
function say(context: Context, line: string): void {
  const indent = line.startsWith('  ') ? '  ' : '';
  context.log.info(indent + oneLine(line, context.columns - 2));
}

/** Undefined: nobody gave one. */
async function askReason(options: CommandOptions, ask: Ask): Promise<number | undefined> {
  if (typeof options.reason === 'string') return reasonOf(options.reason);
  for (let tries = 0; tries < 3; tries++) {
    const typed = await ask?.(`why? (${reasonNames()}) `);
    if (typed === undefined) return undefined;
    const reason = findReason(typed.trim().toLowerCase());
    if (reason !== undefined && reason !== UNSAID_REASON) return reason;
  }
  return undefined;
}

function reasonOf(typed: string): number {
  const reason = findReason(typed);
  if (reason === undefined || reason === UNSAID_REASON) throw new UsageError(`--reason is ${reasonNames()}`);
  return reason;
}

/** No, where nobody can be asked. */
async function isYes(ask: Ask, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask?.(`${question} [y/N] `))?.trim() ?? '');
}

function withholdSources(context: Context, paths: readonly string[]): number {
  const dir = join(context.archiveDir, 'private', 'sources');
  return paths.filter((path) => withholdSource(dir, path)).length;
}

function sayWhatStays(context: Context, sources: boolean): void {
  const lines = [
    'to do now: change what leaked, "turnpress build" for each site that was made, publish the result',
    'out of reach: the agent’s own session file, git history and other clones, mirrors, backups, what others have copied',
    'its hash stays: with it a guess of something short, such as a PIN or a name in a known sentence, can be confirmed',
    ...(sources ? [] : ['archive/private/sources still holds the agent’s file as it was: --sources takes it, too']),
  ];
  for (const line of lines) context.log.info(line);
}
