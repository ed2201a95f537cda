/** What was read of a source, as its importer hands it on: turns, and its word on each conversation. */
/** Of conversations only those that this run touched are spoken of: the others are as they were. */

import { isoTime } from '../../base/time.ts';
import type { Meta } from '../../model/conversation.ts';
import { type Building, type Conversation, keyOf } from './assembly/building.ts';
import { breakCycles } from './assembly/cycles.ts';
import type { Format } from './format.ts';
import type { ImportedConversation, SourceOutput } from './importer.ts';
import { findProject } from './project.ts';
import type { Desk, Reading } from './reading.ts';
import { MAIN } from './record.ts';
import { sortNames } from './tree/history.ts';
import { newestBranch } from './tree/tree.ts';

/** Where reading ended. */
export type End = Pick<SourceOutput, 'consumed' | 'nextLine' | 'state' | 'waiting'>;

export function outputOf<S>({ building, reading, unknown }: Desk, format: Format<S>, state: S, end: End): SourceOutput {
  breakCycles(building);
  const conversations = listConversations(building, format, state, reading);
  for (const [kind, { line, count: n }] of unknown) {
    const message = `records of the unknown kind "${kind.toWellFormed()}" were counted and left out`;
    building.problems.push({ code: 'UNKNOWN_RECORD', file: building.path, line, message, count: n });
  }
  const { turns, replacements, blobs, aliases, problems, records } = building;
  const after = format.after?.(state);
  return {
    turns: [...replacements, ...turns],
    conversations,
    blobs: [...blobs.values()],
    aliases,
    ...end,
    problems,
    records,
    ...(after === undefined ? {} : { after }),
  };
}

/** The conversations that this run touched, in the order in which they began. */
function listConversations<S>(
  building: Building,
  format: Format<S>,
  state: S,
  reading: Reading,
): readonly ImportedConversation[] {
  const out: ImportedConversation[] = [];
  const main = building.chains.get(MAIN);
  const byWords = building.rules.named === 'by words';
  // a rewind, or a title, may come without a turn
  if (main !== undefined && byWords) building.touched.add(main);
  for (const index of [...building.touched].sort((a, b) => a - b)) {
    const conversation = building.conversations.get(index);
    if (conversation === undefined) continue;
    const branch = newestBranch(building.tree, index);
    const tip = branch === undefined ? undefined : building.tree.branches.get(branch)?.tipKey;
    const current = index === main ? placeOf(building, tip) : byWords && conversation.chain === MAIN ? undefined : tip;
    const described = format.describe?.(state, conversation, reading) ?? {};
    out.push({
      turn: conversation.first,
      meta: { ...metaOf(format.rules.agent, conversation), ...described.meta },
      ...(current === undefined || current === '' ? {} : { current }),
      asOfMs: conversation.updatedMs ?? building.newestMs,
      ...(described.startedBy === undefined ? {} : { startedBy: described.startedBy }),
    });
  }
  return out;
}

/** Key of the turn where the session's chain stands; `tip`: its newest one. */
function placeOf(building: Building, tip: string | undefined): string | undefined {
  const { rewound } = building;
  if (rewound === undefined) return tip;
  return rewound === null ? undefined : keyOf(building, rewound);
}

function metaOf(agent: string, conversation: Conversation): Meta {
  const { version, cwd, gitBranch, forkOf, startedMs, updatedMs } = conversation;
  const project = cwd === undefined ? undefined : findProject(cwd);
  const models = sortNames(conversation.models).map((model) => model.toWellFormed());
  const folders = sortNames(conversation.folders);
  const sessions = sortNames(conversation.sessions).map((id) => id.toWellFormed());
  return {
    agent,
    ...(version === undefined ? {} : { agent_version: version.toWellFormed() }),
    ...(models.length === 0 ? {} : { models }),
    ...(project === undefined ? {} : { project }),
    ...(cwd === undefined ? {} : { cwd: cwd.toWellFormed() }),
    ...(folders.length < 2 ? {} : { folders }),
    ...(gitBranch === undefined ? {} : { git: { branch: gitBranch.toWellFormed() } }),
    ...(sessions.length === 0 ? {} : { sessions }),
    ...(forkOf === undefined ? {} : { fork_of: forkOf }),
    ...(startedMs === undefined ? {} : { started: isoTime(startedMs) }),
    ...(updatedMs === undefined ? {} : { updated: isoTime(updatedMs) }),
  };
}
