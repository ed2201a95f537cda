/** Makes turns of an agent's records: whole messages, in order, each behind what it belongs to. */
/** A message stays open until something of another one begins; what comes in between waits behind it. What is put out never changes. */

import type { JsonValue } from '../../base/json.ts';
import type { Item } from '../../model/item.ts';
import { decodeSettled, emptySettled, forgetMarks, markSettled } from './builder-state.ts';
import { type Building, count, keyOf, type Open, type Rules } from './building.ts';
import { inOrder } from './order.ts';
import { hasText, joinParts } from './parts.ts';
import { addAlias, aliasKey, collapseRecord, findTip, learnTime, placeTurn } from './place.ts';
import { type AgentRecord, type Draft, MAIN } from './record.ts';
import { branchOf, findTurnOf, nameTurn } from './tree.ts';
import { wellFormedItem } from './well-formed.ts';
import { hold, keepCall, withCallEnd } from './words/held.ts';
import { nameByWords } from './words/scope.ts';

/** What the builder has to know of a source beside its records. */
export interface BuilderInput {
  readonly path: string;
  readonly settle: boolean;
  readonly quietMs?: number;
  /** What an earlier run's builder made of the bytes before. */
  readonly state?: JsonValue;
}

/** Undefined: the state is of another version, and the source has to be read from its start. */
export function openBuilding(rules: Rules, { path, state }: BuilderInput): Building | undefined {
  const settled = state === undefined ? emptySettled() : decodeSettled(state, rules.agent);
  if (settled === undefined) return undefined;
  return {
    ...settled,
    rules,
    path,
    opens: new Map(),
    asked: new Map(),
    pending: new Map(),
    turns: [],
    replacements: [],
    firstTurn: settled.tree.turns,
    toldBy: new Map(),
    callKeys: new Map(),
    onSettled: undefined,
    provisional: false,
    touched: new Set(),
    blobs: new Map(),
    aliases: [],
    problems: [],
    missingParent: undefined,
    records: {},
  };
}

/** Whether all that was taken is settled; then a state can be made with `markSettled`. */
export function isSettled(building: Building): boolean {
  if (building.opens.size > 0) return false;
  building.pending.clear();
  forgetMarks(building);
  return true;
}

export { markSettled };

/** Whether this source named the id, in this run or in an earlier one. Very old ids are known to the ledger only. */
export function isKnown(building: Building, id: string): boolean {
  return findTurnOf(building.tree, id) !== undefined || building.pending.has(id);
}

/** The chain in which an id stands; undefined for one that is not known or stands above all turns. */
export function chainOf(building: Building, id: string): string | undefined {
  const near = building.pending.get(id);
  if (near !== undefined) return near;
  const { tree } = building;
  const turn = findTurnOf(tree, id);
  const branch = turn === undefined || turn < 0 ? undefined : tree.branches.get(branchOf(tree, turn));
  return branch === undefined ? undefined : building.conversations.get(branch.conversation)?.chain;
}

/** Takes the next record. */
export function takeRecord(building: Building, record: AgentRecord): void {
  if (record.timeMs !== null) building.newestMs = Math.max(building.newestMs, record.timeMs);
  if (record.scope === undefined && isKnown(building, record.id)) {
    if (record.replaces === true) replaceRecord(building, record);
    else count(building, 'repeated');
    return;
  }
  const replayed = record.mark === undefined ? undefined : findTurnOf(building.tree, record.mark);
  if (replayed !== undefined) {
    count(building, 'replayed');
    addAlias(building, record.id, replayed);
    return;
  }
  const open = building.opens.get(record.chain);
  if (open !== undefined) {
    if (continueOpen(building, record.chain, open, record)) return;
    closeChain(building, record.chain, record);
  }
  // @NOTE: marks are forgotten only where a new one is made: the one that stands must keep its meaning
  if (building.onSettled !== undefined && isSettled(building)) building.onSettled();
  if (!opensSomething(record)) {
    settleRecord(building, withCallEnd(building, record));
    if (record.drafts.length > 0 && endsMessage(record)) endOthers(building, record.chain);
    return;
  }
  building.pending.set(record.id, record.chain);
  const { message, tag } = { message: record.message?.group, tag: record.opens };
  const opened: Open = { message, tag, lines: [], buffer: [], calls: new Map(), answers: new Map() };
  hold(building, opened, message === undefined && tag === undefined ? opened.buffer : opened.lines, record);
  building.opens.set(record.chain, opened);
  if (tag !== undefined) endOthers(building, record.chain);
  noteAsked(building, record.chain);
}

/** Ends a chain: what is open in it is whole. `closer`: the record that shows it. */
export function closeChain(building: Building, chain: string, closer?: AgentRecord): void {
  const open = building.opens.get(chain);
  if (open === undefined) return;
  building.opens.delete(chain);
  building.asked.get(askedOf(building, chain) ?? 0)?.delete(chain);
  const ordered = inOrder([...open.lines, ...open.buffer]);
  const own = new Set(open.lines);
  const lines = ordered.filter((record) => own.has(record));
  if (open.message !== undefined) placeMessage(building, open.message, lines);
  else if (open.tag !== undefined) placePair(building, lines);
  const told = [...open.buffer, ...(closer === undefined ? [] : [closer])].flatMap(wordsOf);
  const rest = ordered.filter((record) => !own.has(record));
  for (const record of rest) if (record.unless === undefined) settleRecord(building, record);
  for (const record of rest) {
    if (record.unless === undefined) continue;
    const teller = takeTeller(building, record.unless, told);
    if (teller === undefined) settleRecord(building, record);
    else tellBy(building, record.id, teller);
  }
}

/** Ends the sub-agents that are known by nothing but what they were asked. */
export function closeAsked(building: Building, asked: number): void {
  for (const chain of building.asked.get(asked) ?? []) closeChain(building, chain);
}

function noteAsked(building: Building, chain: string): void {
  const asked = askedOf(building, chain);
  if (asked === undefined) return;
  const same = building.asked.get(asked) ?? new Set();
  building.asked.set(asked, same.add(chain));
}

function askedOf(building: Building, chain: string): number | undefined {
  const index = chain === MAIN ? undefined : building.chains.get(chain);
  return index === undefined ? undefined : building.conversations.get(index)?.asked;
}

/**
 * Ends the source for this run: what is whole is put out as it stands, the rest waits. Ask for the state before: what is put
 * out here is not settled, because the end of the source moves. Returns how many wait.
 */
export function endBuilding(building: Building, { settle, quietMs = 0 }: BuilderInput): number {
  let waiting = 0;
  const byWords = building.rules.named === 'by words';
  building.provisional = !byWords;
  for (const [chain, open] of [...building.opens]) {
    if (settle || quietMs >= (!byWords && isAnswered(open) ? QUIET_MS : GIVEN_UP_MS)) closeChain(building, chain);
    else waiting += 1;
  }
  building.provisional = false;
  return waiting;
}

/** A message whose calls are answered is whole when nobody wrote for so long. */
export const QUIET_MS = 10 * 60 * 1000;
/** A call that has no answer after this gets none: the agent was ended in the middle of its work. */
export const GIVEN_UP_MS = 24 * 60 * 60 * 1000;

/** Whether everything that the open message asked for has come. */
function isAnswered(open: Open): boolean {
  // the rest of a command or a compaction would say something else, not more
  if (open.message === undefined) return false;
  const asked = new Set<string>();
  for (const { message } of open.lines) {
    for (const part of message?.parts ?? []) if (part.type === 'tool_call') asked.add(part.id);
  }
  for (const { drafts } of open.buffer) {
    for (const { item } of drafts) {
      for (const part of item.parts) if (part.type === 'tool_call_response') asked.delete(part.id);
    }
  }
  return asked.size === 0;
}

/** Takes the record into what is open; false when it ends it. */
function continueOpen(building: Building, chain: string, open: Open, record: AgentRecord): boolean {
  if (open.message !== undefined && record.message?.group === open.message) {
    if (record.message.whole === true) open.lines.length = 0;
    hold(building, open, open.lines, record);
    building.pending.set(record.id, chain);
    return true;
  }
  if (open.tag !== undefined && record.completes?.tag === open.tag) {
    open.lines.push(record);
    closeChain(building, chain);
    return true;
  }
  if (open.tag === undefined ? endsMessage(record) : record.kind !== 'nothing') return false;
  hold(building, open, open.buffer, withCallEnd(building, record));
  building.pending.set(record.id, chain);
  return true;
}

function opensSomething(record: AgentRecord): boolean {
  return record.kind === 'message' || record.opens !== undefined || record.unless !== undefined;
}

function endsMessage(record: AgentRecord): boolean {
  return record.ends ?? (record.kind === 'prompt' || record.kind === 'message');
}

/** A new prompt of the session ends what its sub-agents were saying. */
function endOthers(building: Building, chain: string): void {
  if (chain !== MAIN) return;
  for (const other of [...building.opens.keys()]) if (other !== MAIN) closeChain(building, other);
}

/** Puts a record that is whole in its place, or collapses it. */
function settleRecord(building: Building, record: AgentRecord): void {
  if (record.drafts.length === 0) collapseRecord(building, record);
  else placeDrafts(building, record, record.drafts, []);
  if (record.unless === undefined && record.kind !== 'prompt') rememberTold(building, wordsOf(record));
}

function placeMessage(building: Building, group: string, lines: readonly AgentRecord[]): void {
  const [first, ...more] = lines;
  if (first === undefined) return;
  const mark = `message:${group}`;
  // A message that goes on after another one began is a turn of its own; its tokens were counted with the first part.
  const again = findTurnOf(building.tree, mark) !== undefined;
  const item = messageItem(lines, again);
  if (item.parts.length === 0) {
    count(building, 'message:empty');
    // what it says may still come: until then its ids mean nothing
    if (building.provisional) return;
    for (const line of lines) collapseRecord(building, line);
    return;
  }
  const calls = item.parts.filter((part) => part.type === 'tool_call');
  const starts = calls.filter(({ id, name }) => id !== '' && building.rules.startsAgent?.(name) === true);
  const turn = placeDrafts(building, first, [{ kind: calls.length > 0 ? 'call' : 'answer', item }], more);
  if (!again) nameTurn(building.tree, mark, turn);
  for (const { id } of starts) {
    // where records have no ids, those of calls are not unique either
    if (first.scope === undefined) aliasKey(building, keyOf(building, `tool:${id}`), turn);
    else keepCall(building, id, turn);
  }
}

/** The item of a message: all its parts, the usage of the line that counts most. */
function messageItem(records: readonly AgentRecord[], again: boolean): Item {
  const lines = records.flatMap(({ message }) => message ?? []);
  const usage = lines.reduce<Item['usage']>(
    (best, line) =>
      line.usage !== undefined && line.usage.output_tokens >= (best?.output_tokens ?? 0) ? line.usage : best,
    undefined,
  );
  const model = lines.findLast((line) => line.model !== undefined)?.model;
  const finish = lines.findLast((line) => line.finish !== undefined)?.finish;
  return {
    role: 'assistant',
    parts: lines.some(({ adds }) => adds)
      ? lines.flatMap(({ parts }) => parts)
      : joinParts(lines.map((line) => line.parts)),
    ...(model === undefined ? {} : { model }),
    ...(finish === undefined ? {} : { finish_reason: finish }),
    ...(usage === undefined || again ? {} : { usage }),
  };
}

/** What a record opened, with what completed it: one turn. */
function placePair(building: Building, lines: readonly AgentRecord[]): void {
  const first = lines.find((record) => record.opens !== undefined);
  const rest = lines.find((record) => record !== first);
  const draft = first?.drafts[0];
  if (first === undefined || draft === undefined) return;
  const more = rest?.drafts.flatMap(({ item }) => item.parts) ?? [];
  const rewritten = rest?.completes?.instead === true && hasText(more);
  const parts = rewritten ? more : [...draft.item.parts, ...more];
  const whole: Draft = { ...draft, item: { ...draft.item, parts }, rewritten };
  placeDrafts(building, first, [whole], rest === undefined ? [] : [rest]);
}

/** Places the drafts of one record one behind the other; its children hang on the last. Returns the first turn. */
function placeDrafts(
  building: Building,
  record: AgentRecord,
  drafts: readonly Draft[],
  lines: readonly AgentRecord[],
): number {
  for (const { blobs = [] } of [record, ...lines]) for (const blob of blobs) building.blobs.set(blob.hash, blob);
  let first = -1;
  let last = -1;
  for (const [i, draft] of drafts.entries()) {
    const key = keyOf(building, nameOf(building, record, draft.item, i));
    const after = i > 0 ? last : record.unless === undefined ? undefined : findTip(building, record.chain);
    last = placeTurn(building, { record, draft, key, ...(after === undefined ? {} : { after }) });
    if (i === 0) first = last;
    count(building, 'turns');
  }
  if (record.scope === undefined) nameTurn(building.tree, record.id, last);
  for (const id of building.toldBy.get(record.id) ?? []) addAlias(building, id, first);
  for (const one of [record, ...lines]) {
    if (one.mark !== undefined) nameTurn(building.tree, one.mark, last);
    if (one === record) continue;
    if (last >= 0) learnTime(building, last, one.timeMs);
    const anchor = building.tree.anchors.get(record.id);
    if (anchor !== undefined) building.tree.anchors.set(one.id, anchor);
    if (one.scope === undefined) addAlias(building, one.id, last);
  }
  return first;
}

function nameOf(building: Building, record: AgentRecord, item: Item, i: number): string {
  if (record.scope !== undefined) return nameByWords(building, record.scope, item);
  return i === 0 ? record.id : `${record.id}#${i}`;
}

/** The agent changed what it had written under an id that is known. */
function replaceRecord(building: Building, record: AgentRecord): void {
  const chain = building.pending.get(record.id);
  const open = chain === undefined ? undefined : building.opens.get(chain);
  if (open !== undefined) {
    for (const list of [open.lines, open.buffer]) {
      const at = list.findIndex((each) => each.id === record.id);
      if (at !== -1) list[at] = record;
    }
    return;
  }
  const items = record.message === undefined ? record.drafts.map(({ item }) => item) : [messageItem([record], false)];
  for (const blob of record.blobs ?? []) building.blobs.set(blob.hash, blob);
  for (const [i, item] of items.entries()) {
    const key = keyOf(building, i === 0 ? record.id : `${record.id}#${i}`);
    const out = building.turns.find((turn) => turn.key === key);
    if (out !== undefined) out.item = wellFormedItem(item);
    // it stands where it stood: the ledger knows what is behind it
    else {
      const { timeMs } = record;
      const aliases: string[] = [];
      building.replacements.push({ key, parent: null, timeMs, item: wellFormedItem(item), aliases, replaces: true });
    }
  }
  count(building, 'replaced');
}

type Told = readonly [words: string, id: string];

/** What a record says that a prompt without an id may say as well. */
function wordsOf(record: AgentRecord): readonly Told[] {
  if (record.unless !== undefined) return [];
  return record.drafts.filter(({ kind }) => kind === 'prompt').map(({ item }) => [textOf(item), record.id]);
}

/** The words of an item, as they are compared with those of a prompt that came another way. */
export function textOf(item: Item): string {
  return item.parts
    .map((part) => (part.type === 'text' ? part.content : ''))
    .join('\n')
    .trim();
}

/** Id of the record that says these words, which then stands for no other. `told`: what was said beside them. */
function takeTeller(building: Building, words: string, told: Told[]): string | undefined {
  const at = told.findIndex(([said]) => said === words);
  if (at !== -1) return told.splice(at, 1)[0]?.[1];
  const found = building.delivered.find(([said]) => said === words);
  if (found !== undefined) building.delivered = building.delivered.filter((other) => other !== found);
  return found?.[1];
}

/** An earlier run may have told the prompt: its id means the record that tells it now. */
function tellBy(building: Building, id: string, teller: string): void {
  const turn = findTurnOf(building.tree, teller);
  if (turn !== undefined) addAlias(building, id, turn);
  else building.toldBy.set(teller, [...(building.toldBy.get(teller) ?? []), id]);
}

function rememberTold(building: Building, words: readonly Told[]): void {
  if (words.length > 0) building.delivered = [...building.delivered, ...words].slice(-8);
}
