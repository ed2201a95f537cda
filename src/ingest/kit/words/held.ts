/** What other records tell of calls and answers that still wait for the end of their message. */
/** For agents that write the end of a call, its arguments or what it started as records of their own. */

import type { JsonValue } from '../../../base/json.ts';
import type { Part, ToolCallResponsePart } from '../../../model/item.ts';
import { type Building, keyOf, type Open, type Start, type Waiting } from '../assembly/building.ts';
import { aliasKey } from '../assembly/place.ts';
import { type AgentRecord, type CallEnd, MAIN } from '../record.ts';
import { findKeyOf, findTurnOf, nameTurn } from '../tree/tree.ts';

/** Puts a record at the end of one of the lists of what is open. */
export function hold(building: Building, open: Open, list: AgentRecord[], record: AgentRecord): void {
  list.push(record);
  if (building.rules.named !== 'by words') return;
  const waiting: Waiting = { list, at: list.length - 1 };
  for (const part of record.message?.parts ?? []) {
    if (part.type === 'tool_call' && !open.calls.has(part.id)) open.calls.set(part.id, waiting);
  }
  const answer = answerIn(record);
  if (answer !== undefined && !open.answers.has(answer.id)) open.answers.set(answer.id, waiting);
}

/** What is told of the answer to a call: the one that waits gets it, else the next one that comes. */
export function endCall(building: Building, call: string, end: CallEnd): void {
  const waiting = building.opens.get(MAIN)?.answers.get(call);
  if (waiting === undefined) {
    building.callEnds.set(call, end);
    return;
  }
  const { failed, ...known } = end;
  change(waiting, (record) =>
    withAnswer(record, (part) => ({ ...known, ...part, ...(failed === true && { status: 'error' as const }) })),
  );
}

/** The record with what was told of its answer before it came. */
export function withCallEnd(building: Building, record: AgentRecord): AgentRecord {
  if (building.callEnds.size === 0) return record;
  const id = answerIn(record)?.id;
  const end = id === undefined ? undefined : building.callEnds.get(id);
  if (id === undefined || end === undefined) return record;
  building.callEnds.delete(id);
  return withAnswer(record, (part) => {
    const { exit_code: exit = end.exit_code, duration_ms: duration = end.duration_ms, diff = end.diff } = part;
    const failed = part.status === 'error' || end.failed === true || (exit !== undefined && exit !== 0);
    const { type, response } = part;
    return {
      ...{ type, id, response, status: part.status === 'cancelled' ? part.status : failed ? 'error' : 'ok' },
      ...(exit !== undefined && { exit_code: exit }),
      ...(duration !== undefined && { duration_ms: duration }),
      ...(diff !== undefined && { diff }),
    };
  });
}

/** The arguments of a call that waits, when they are told later. */
export function argueCall(building: Building, call: string, args: JsonValue): void {
  const waiting = building.opens.get(MAIN)?.calls.get(call);
  if (waiting === undefined) return;
  change(waiting, (record) => {
    const { message } = record;
    if (message === undefined) return record;
    const parts = message.parts.map((part) =>
      part.type === 'tool_call' && part.id === call ? { ...part, arguments: args } : part,
    );
    return { ...record, message: { ...message, parts } };
  });
}

/** The turn with a call that starts a sub-agent is found by this native id as well. An unknown call: nothing happens. */
export function nameCall(building: Building, call: string, id: string): void {
  if (findTurnOf(building.tree, id) !== undefined) return;
  const waiting = building.opens.get(MAIN)?.calls.get(call);
  if (waiting !== undefined && starts(building, waiting, call)) {
    const ids = building.callKeys.get(call) ?? [];
    if (!ids.includes(id)) building.callKeys.set(call, [...ids, id]);
    return;
  }
  const start = building.starts.get(call);
  if (start !== undefined) nameBoth(building, id, start);
}

/** The message with this call was placed. */
export function keepCall(building: Building, call: string, turn: number): void {
  const start = { turn, key: findKeyOf(building.tree, turn) ?? '' };
  building.starts.set(call, start);
  for (const id of building.callKeys.get(call) ?? []) nameBoth(building, id, start);
  building.callKeys.delete(call);
}

function nameBoth(building: Building, id: string, { turn, key }: Start): void {
  nameTurn(building.tree, id, turn);
  aliasKey(building, keyOf(building, id), turn, key === '' ? undefined : key);
}

function starts(building: Building, { list, at }: Waiting, call: string): boolean {
  const parts = list[at]?.message?.parts ?? [];
  return parts.some(
    (part) => part.type === 'tool_call' && part.id === call && building.rules.startsAgent?.(part.name) === true,
  );
}

function change({ list, at }: Waiting, how: (record: AgentRecord) => AgentRecord): void {
  const record = list[at];
  if (record !== undefined) list[at] = how(record);
}

function answerIn({ drafts }: AgentRecord): ToolCallResponsePart | undefined {
  const part = drafts[0]?.item.parts[0];
  return part?.type === 'tool_call_response' ? part : undefined;
}

function withAnswer(record: AgentRecord, how: (part: ToolCallResponsePart) => Part): AgentRecord {
  const [draft, ...more] = record.drafts;
  const [part, ...rest] = draft?.item.parts ?? [];
  if (draft === undefined || part?.type !== 'tool_call_response') return record;
  return { ...record, drafts: [{ ...draft, item: { ...draft.item, parts: [how(part), ...rest] } }, ...more] };
}
