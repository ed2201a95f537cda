/** Links between a session and the sub-agents that it starts. */
/** The starting turn gets an alias made of the sub-agent's session id, because that id is all a sub-agent knows of it. */

import { addName } from '../../kit/history.ts';
import type { Walk } from './walk.ts';

/** A sub-agent names the turn that started it by this alias, because it knows its own id only. */
export function spawnAlias(session: string): string {
  return `codex:started/${session}`;
}

/** `session` was started by the tool call `call`. Told twice, it counts once; an unknown call is not linked. */
export function linkSpawned(walk: Walk, call: string | undefined, session: string | undefined): void {
  if (call === undefined || session === undefined || walk.settled.spawned.known.has(session)) return;
  const draft = walk.held.calls.get(call);
  if (draft !== undefined) draft.aliases.push(spawnAlias(session));
  else {
    const key = walk.settled.spawnCalls.get(call);
    if (key === undefined) return;
    walk.aliases.push([spawnAlias(session), key]);
  }
  walk.settled = { ...walk.settled, spawned: addName(walk.settled.spawned, session) };
}

/** The output of a spawning call names the new session where no event does. */
export function linkSpawnOutput(walk: Walk, call: string, response: string): void {
  const session = /"(?:agent_id|new_thread_id|thread_id)"\s*:\s*"([0-9a-f-]{36})"/.exec(response)?.[1];
  const spawns = walk.held.spawns.has(call) || walk.settled.spawnCalls.get(call) !== undefined;
  if (spawns) linkSpawned(walk, call, session);
}
