/** The walk's settled part as JSON, for the next read of a grown rollout. */
/** A state that does not fit is not guessed at: the file is then read from its start. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { findStoredSession } from './codex-session.ts';
import type { CallEnd, PromptMark, Settled } from './codex-walk.ts';

const VERSION = 1;

/** State of a walk at its mark. `entered`: ids of the agent's turns up to there. */
export function encodeState(settled: Settled, entered: readonly string[]): JsonObject {
  const { prompts, facts, ...plain } = settled;
  const before: (string | null)[] = [];
  for (let mark = prompts; mark !== null; mark = mark.earlier) before.push(mark.before);
  return { ...plain, version: VERSION, facts: facts as JsonValue, prompts: before, entered } as unknown as JsonObject;
}

/** Undefined: not a state of this version. */
export function findState(state: JsonObject): { readonly settled: Settled; readonly entered: string[] } | undefined {
  const { version, prompts, entered, facts, ...plain } = state;
  if (version !== VERSION || !isTexts(entered) || !Array.isArray(prompts)) return undefined;
  if (!isText(plain.session) || !isText(plain.digest) || !isText(plain.total) || !isTexts(plain.spawned))
    return undefined;
  if (typeof plain.ordinal !== 'number' || typeof plain.twins !== 'number') return undefined;
  if (!isJsonObject(plain.ends) || !isJsonObject(plain.spawnCalls)) return undefined;
  let marks: PromptMark | null = null;
  for (const before of prompts.toReversed()) marks = { before: textOrNull(before), earlier: marks };
  const settled: Settled = {
    facts: findStoredSession(facts) ?? null,
    session: plain.session,
    turn: textOrNull(plain.turn),
    turnId: textOrNull(plain.turnId),
    ordinal: plain.ordinal,
    digest: plain.digest,
    model: textOrNull(plain.model),
    first: textOrNull(plain.first),
    parent: textOrNull(plain.parent),
    prompts: marks,
    startedMs: typeof plain.startedMs === 'number' ? plain.startedMs : null,
    newestMs: typeof plain.newestMs === 'number' ? plain.newestMs : null,
    total: plain.total,
    copying: plain.copying === true,
    twins: plain.twins,
    ends: plain.ends as Readonly<Record<string, CallEnd>>,
    spawnCalls: plain.spawnCalls as Readonly<Record<string, string>>,
    spawned: plain.spawned,
    compacted: plain.compacted === true,
  };
  return { settled, entered: [...entered] };
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string';
}

function isTexts(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
