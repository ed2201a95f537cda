/** Makes turns of what is whole: a record, the lines of a message, a command with its output. */
/** One record may hold several turns, one behind the other; what is put out never changes, but by its agent's own word. */

import type { Item } from '../../../model/item.ts';
import { hasText, joinParts } from '../items/parts.ts';
import { wellFormedItem } from '../items/well-formed.ts';
import type { AgentRecord, Draft } from '../record.ts';
import { findTurnOf, nameTurn } from '../tree/tree.ts';
import { keepCall } from '../words/held.ts';
import { nameByWords } from '../words/scope.ts';
import { type Building, count, keyOf } from './building.ts';
import { learnTime } from './conversations.ts';
import { addAlias, aliasKey, collapseRecord, findTip, placeTurn } from './place.ts';
import { rememberTold, wordsOf } from './told.ts';

/** Puts a record that is whole in its place, or collapses it. */
export function settleRecord(building: Building, record: AgentRecord): void {
  if (record.drafts.length === 0) collapseRecord(building, record);
  else placeDrafts(building, record, record.drafts, []);
  if (record.unless === undefined && record.kind !== 'prompt') rememberTold(building, wordsOf(record));
}

export function placeMessage(building: Building, group: string, lines: readonly AgentRecord[]): void {
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
export function placePair(building: Building, lines: readonly AgentRecord[]): void {
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
export function replaceRecord(building: Building, record: AgentRecord): void {
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
