/** What a rollout says about its session: ids, folder, git, and who forked or started it. */
/** Only the session's own header counts; the headers that a fork copied are its ancestors'. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { isoTime, parseTime } from '../../../base/time.ts';
import type { Meta } from '../../../model/conversation.ts';
import type { Conversation } from '../../kit/assembly/building.ts';
import { findProject } from '../../kit/project.ts';
import { listNames } from '../../kit/tree/history.ts';
import { findText } from './records.ts';

export type SessionFacts = {
  readonly id: string;
  readonly forkedFrom?: string;
  /** Present: this is a sub-agent of that session. */
  readonly startedBy?: string;
  /** A sub-agent, whether or not its parent is named. */
  readonly subagent: boolean;
  readonly createdMs?: number;
  readonly cwd?: string;
  readonly version?: string;
  readonly git?: { readonly remote?: string; readonly branch?: string; readonly commit?: string };
  readonly title?: string;
};

/** Facts in a `session_meta` record, or in the flat header of early files. Undefined: it names no session. */
export function findSession(payload: JsonObject, timeMs: number | null): SessionFacts | undefined {
  const id = findText(payload.id) ?? findText(payload.session_id);
  if (id === undefined) return undefined;
  const source = isJsonObject(payload.source) ? payload.source.subagent : undefined;
  const spawn = isJsonObject(source) && isJsonObject(source.thread_spawn) ? source.thread_spawn : undefined;
  const startedBy = findText(spawn?.parent_thread_id) ?? findText(payload.parent_thread_id);
  const createdMs = parseTime(payload.timestamp) ?? timeMs ?? undefined;
  const forkedFrom = findText(payload.forked_from_id);
  const cwd = findText(payload.cwd);
  const version = findText(payload.cli_version);
  const git = findGit(payload.git);
  return {
    id,
    subagent: source !== undefined || startedBy !== undefined,
    ...(forkedFrom !== undefined && { forkedFrom }),
    ...(startedBy !== undefined && { startedBy }),
    ...(createdMs !== undefined && { createdMs }),
    ...(cwd !== undefined && { cwd }),
    ...(version !== undefined && { version }),
    ...(git !== undefined && { git }),
  };
}

/** What the header says of a conversation beside what its records do. */
export function sessionMeta(facts: SessionFacts, { folders, startedMs }: Conversation): Meta {
  const { cwd, git, version, title, createdMs = startedMs } = facts;
  const project = findProject(cwd ?? '') ?? findProject(git?.remote?.replace(/\.git$/, '') ?? '');
  const held = [...new Set([...listNames(folders), ...(cwd === undefined ? [] : [cwd])])].sort();
  return {
    ...(title !== undefined && { title }),
    ...(version !== undefined && { agent_version: version }),
    ...(project !== undefined && { project }),
    ...(cwd !== undefined && { cwd }),
    ...(held.length > 1 && { folders: held }),
    ...(git !== undefined && { git }),
    ...(facts.startedBy !== undefined && { parent: { session: facts.startedBy } }),
    ...(createdMs !== undefined && { started: isoTime(createdMs) }),
  };
}

function findGit(git: JsonValue | undefined): SessionFacts['git'] {
  if (!isJsonObject(git)) return undefined;
  // A remote address may hold a name and a token: they are nobody's business.
  const remote = findText(git.repository_url)?.replace(/^([a-z+]+:\/\/)[^/]*@/i, '$1');
  const branch = findText(git.branch);
  const commit = findText(git.commit_hash);
  if (remote === undefined && branch === undefined && commit === undefined) return undefined;
  return {
    ...(remote !== undefined && { remote }),
    ...(branch !== undefined && { branch }),
    ...(commit !== undefined && { commit }),
  };
}
