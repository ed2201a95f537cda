/** What a Claude Code source says about its conversations: title, project, models, links. */
/** Collected while reading; written out once for every conversation that this run touched. */

import type { JsonObject } from '../../../base/json.ts';
import { isoTime } from '../../../base/time.ts';
import type { Meta, ParentLink } from '../../../model/conversation.ts';
import { sortNames } from '../../kit/history.ts';
import type { ImportedConversation } from '../../kit/importer.ts';
import { findProject } from '../../kit/project.ts';
import { describeAgent, startedByKey } from './agents.ts';
import { textOf } from './records.ts';
import { AGENT_ID, type Conversation, type Session } from './session.ts';
import { findTurnOf, newestBranch } from './tree.ts';

/** Takes a record that names the session or a pull request; false for any other. */
export function onTitleOrLink(session: Session, value: JsonObject): boolean {
  switch (value.type) {
    case 'custom-title': {
      const custom = textOf(value.customTitle) ?? textOf(value.title);
      if (custom !== undefined) session.titles = { ...session.titles, custom };
      return true;
    }
    case 'ai-title': {
      const ai = textOf(value.aiTitle) ?? textOf(value.title);
      if (ai !== undefined) session.titles = { ...session.titles, ai };
      return true;
    }
    case 'summary': {
      const leaf = textOf(value.leafUuid);
      const text = textOf(value.summary);
      if (leaf === undefined || text === undefined) return true;
      const summaries = [...session.titles.summaries, [leaf.slice(0, 64), text.slice(0, MAX_TITLE)] as const];
      session.titles = { ...session.titles, summaries: summaries.slice(-64) };
      return true;
    }
    case 'pr-link': {
      const url = textOf(value.prUrl);
      const usable = url !== undefined && /^https?:\/\/[^\s<>"]{1,500}$/.test(url);
      if (usable && !session.links.includes(url)) session.links = [...session.links, url].slice(-64);
      return true;
    }
    default:
      return false;
  }
}

/** The conversations that this run touched, in the order in which they began. */
export function listConversations(session: Session): readonly ImportedConversation[] {
  const out: ImportedConversation[] = [];
  for (const index of [...session.touched].sort((a, b) => a - b)) {
    const conversation = session.conversations.get(index);
    if (conversation === undefined) continue;
    const branch = newestBranch(session.tree, index);
    const current = branch === undefined ? undefined : session.tree.branches.get(branch)?.tipKey;
    const link = linkOf(session, conversation);
    out.push({
      turn: conversation.first,
      meta: metaOf(session, conversation, link),
      ...(current === undefined || current === '' ? {} : { current }),
      asOfMs: conversation.updatedMs ?? session.newestMs,
      ...(link?.startedBy === undefined ? {} : { startedBy: link.startedBy }),
    });
  }
  return out;
}

const MAX_TITLE = 300;

function metaOf(session: Session, conversation: Conversation, link: AgentLink | undefined): Meta {
  const isMain = conversation.chain === 'main';
  const title = isMain ? findTitle(session) : link?.description;
  const project = conversation.cwd === undefined ? undefined : findProject(conversation.cwd);
  const models = sortNames(conversation.models);
  const sessions = sortNames(conversation.sessions);
  return {
    ...(title === undefined ? {} : { title: cleanLine(title) }),
    agent: AGENT_ID,
    ...(conversation.version === undefined ? {} : { agent_version: conversation.version.toWellFormed() }),
    ...(models.length === 0 ? {} : { models: models.map((model) => model.toWellFormed()) }),
    ...(project === undefined ? {} : { project }),
    ...(conversation.cwd === undefined ? {} : { cwd: conversation.cwd.toWellFormed() }),
    ...(conversation.gitBranch === undefined ? {} : { git: { branch: conversation.gitBranch.toWellFormed() } }),
    ...(sessions.length === 0 ? {} : { sessions: sessions.map((id) => id.toWellFormed()) }),
    ...(link === undefined ? {} : { parent: link.parent }),
    ...(conversation.forkOf === undefined ? {} : { fork_of: conversation.forkOf }),
    ...(conversation.startedMs === undefined ? {} : { started: isoTime(conversation.startedMs) }),
    ...(conversation.updatedMs === undefined ? {} : { updated: isoTime(conversation.updatedMs) }),
    ...(isMain && session.links.length > 0 ? { links: session.links } : {}),
  };
}

/** A person's title before the agent's before a summary, which counts only when its leaf is in this source. */
function findTitle(session: Session): string | undefined {
  const { custom, ai, summaries } = session.titles;
  return custom ?? ai ?? summaries.findLast(([leaf]) => (findTurnOf(session.tree, leaf) ?? -1) >= 0)?.[1];
}

function cleanLine(text: string): string {
  return text.toWellFormed().replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE);
}

interface AgentLink {
  readonly parent: ParentLink;
  readonly startedBy: string | undefined;
  readonly description: string | undefined;
}

function linkOf(session: Session, conversation: Conversation): AgentLink | undefined {
  const sessionId = conversation.session;
  if (conversation.chain === 'main' || sessionId === undefined) return undefined;
  const agentId = conversation.chain.startsWith('agent:') ? conversation.chain.slice(6) : undefined;
  const { toolCall, description } = describeAgent(session, conversation);
  return {
    parent: { session: sessionId, ...(toolCall === undefined ? {} : { tool_call: toolCall }) },
    startedBy: startedByKey(toolCall, sessionId, agentId),
    description,
  };
}
