/** What the ledger remembers of a source beside the importer's own state: its word on each conversation. */
/** Kept so that heads and meta can be computed anew from all sources, whichever of them is read now. */

import type { LedgerSource } from '../../archive/archive.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import type { Meta } from '../../model/conversation.ts';
import { type ConversationId, isHash, type TurnHash } from '../../model/ids.ts';
import { growMeta, type MetaSource } from './meta.ts';

export interface Contribution extends MetaSource {
  readonly conversation: ConversationId;
  /** The turn where the agent says it is. */
  readonly current?: TurnHash;
  /** Key of the turn whose tool call started this sub-agent. */
  readonly startedBy?: string;
}

export interface Memory {
  /** The importer's own. */
  readonly state: JsonObject;
  readonly nextLine: number;
  readonly waiting: number;
  readonly contributions: readonly Contribution[];
}

export function encodeMemory(memory: Memory): JsonObject {
  return { version: VERSION, ...memory } as unknown as JsonObject;
}

/** Undefined: written by another version or damaged; the source is then read from its start. */
export function findMemory(source: LedgerSource): Memory | undefined {
  const { version, ...rest } = source.state;
  const fits =
    version === VERSION &&
    isJsonObject(rest.state) &&
    typeof rest.nextLine === 'number' &&
    typeof rest.waiting === 'number' &&
    Array.isArray(rest.contributions) &&
    rest.contributions.every(isContribution);
  return fits ? (rest as unknown as Memory) : undefined;
}

/** A source's word on a conversation before anything was said. */
export function emptyContribution(conversation: ConversationId): Contribution {
  return { conversation, meta: {} as Meta, asOfMs: 0, consumed: 0 };
}

/** Two words of one source on one conversation, which was two when they were said. */
export function joinWords(a: Contribution, b: Contribution): Contribution {
  const [older, newer] = a.asOfMs <= b.asOfMs ? [a, b] : [b, a];
  return {
    ...older,
    ...newer,
    meta: growMeta(older.meta, newer.meta),
    consumed: Math.max(a.consumed, b.consumed),
  };
}

function isContribution(value: JsonValue): boolean {
  return (
    isJsonObject(value) &&
    isHashText(value.conversation) &&
    isJsonObject(value.meta) &&
    typeof value.asOfMs === 'number' &&
    typeof value.consumed === 'number' &&
    (value.current === undefined || isHashText(value.current)) &&
    (value.startedBy === undefined || typeof value.startedBy === 'string')
  );
}

function isHashText(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && isHash(value);
}

/** Goes up together with SCHEMA_VERSION of the index: what an unchanged source said is not looked at. */
const VERSION = 4;
