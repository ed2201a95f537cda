/** What a rollout says about its session: ids, folder, git, models, and who forked or started it. */
/** Only the session's own header counts; the headers that a fork copied are its ancestors'. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { isoTime, parseTime } from '../../../base/time.ts';
import type { Meta } from '../../../model/conversation.ts';
import { addName, type Names, newNames, sortNames } from '../../kit/history.ts';
import { findProject } from '../../kit/project.ts';
import { findText } from './records.ts';

export interface SessionFacts {
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
  readonly models: Names;
  /** Where its turns were held, beside `cwd`. */
  readonly folders: Names;
}

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
    models: newNames(),
    folders: newNames(),
    ...(forkedFrom !== undefined && { forkedFrom }),
    ...(startedBy !== undefined && { startedBy }),
    ...(createdMs !== undefined && { createdMs }),
    ...(cwd !== undefined && { cwd }),
    ...(version !== undefined && { version }),
    ...(git !== undefined && { git }),
  };
}

/** Meta of the conversation; times in milliseconds, `undefined` when no record had one. */
export function sessionMeta(facts: SessionFacts, startedMs?: number, updatedMs?: number): Meta {
  const project = projectOf(facts);
  const folders = sortNames(facts.cwd === undefined ? facts.folders : addName(facts.folders, facts.cwd));
  return {
    agent: 'codex',
    sessions: [facts.id],
    ...(facts.title !== undefined && { title: facts.title }),
    ...(facts.version !== undefined && { agent_version: facts.version }),
    ...(facts.models.count > 0 && { models: sortNames(facts.models) }),
    ...(project !== undefined && { project }),
    ...(facts.cwd !== undefined && { cwd: facts.cwd }),
    ...(folders.length > 1 && { folders }),
    ...(facts.git !== undefined && { git: facts.git }),
    ...(facts.startedBy !== undefined && { parent: { session: facts.startedBy } }),
    ...(facts.forkedFrom !== undefined && !facts.subagent && { fork_of: facts.forkedFrom }),
    ...(startedMs !== undefined && { started: isoTime(startedMs) }),
    ...(updatedMs !== undefined && { updated: isoTime(updatedMs) }),
  };
}

/** With `model` among the models. */
export function withModel(facts: SessionFacts, model: string): SessionFacts {
  return facts.models.known.has(model) ? facts : { ...facts, models: addName(facts.models, model) };
}

/** With `folder` among the folders. */
export function withFolder(facts: SessionFacts, folder: string): SessionFacts {
  return facts.folders.known.has(folder) ? facts : { ...facts, folders: addName(facts.folders, folder) };
}

/** The facts as plain JSON, for the state between two reads. */
export function storedSession(facts: SessionFacts): JsonObject {
  return { ...facts, models: sortNames(facts.models), folders: sortNames(facts.folders) } as unknown as JsonObject;
}

/** The facts in a state of an earlier read; undefined when they are none. */
export function findStoredSession(value: JsonValue | undefined): SessionFacts | undefined {
  if (!isJsonObject(value) || typeof value.id !== 'string') return undefined;
  const { models, folders } = value;
  if (!Array.isArray(models) || !Array.isArray(folders)) return undefined;
  const names = { models: newNames(models as string[]), folders: newNames(folders as string[]) };
  return { ...value, ...names } as unknown as SessionFacts;
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

function projectOf(facts: SessionFacts): string | undefined {
  return findProject(facts.cwd ?? '') ?? findProject(facts.git?.remote?.replace(/\.git$/, '') ?? '');
}
