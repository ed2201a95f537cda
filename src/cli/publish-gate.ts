/** What must not be published: conversations in which the scanner still finds a secret. */
/** Every turn of a public conversation passes here before each public build; what passed is remembered by log root and rules. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveReader } from '../archive/archive.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import { gateVersion, scanForPublishing } from '../ingest/redact/gate.ts';
import type { ConversationSummary } from '../model/conversation.ts';
import type { ConversationId } from '../model/ids.ts';
import type { SiteConfig } from '../model/site-config.ts';
import { visibilityOf } from '../model/visibility.ts';
import type { Context } from './context.ts';
import { isSystemError } from './errors.ts';
import { knownSecrets } from './known-secrets.ts';

/** Conversation → why it may not be published: turn and rule, never the secret. */
export async function findBlocked(
  context: Context,
  archive: ArchiveReader,
  config: SiteConfig,
): Promise<ReadonlyMap<ConversationId, string>> {
  const options = { ...config.redact, knownValues: knownSecrets(context.world.env) };
  const version = gateVersion(options);
  const file = join(context.archiveDir, 'private', 'cache', 'publish-gate.json');
  const passed = readPassed(file, version);
  const blocked = new Map<ConversationId, string>();
  const clean: Record<string, string> = {};
  const open: ConversationSummary[] = [];
  for (const conversation of archive.listConversations()) {
    if (visibilityOf(conversation, config) !== 'public') continue;
    if (passed[conversation.id] === conversation.rootHash) clean[conversation.id] = conversation.rootHash;
    else open.push(conversation);
  }
  for (const conversation of open) {
    const reason = await scanForPublishing(archive, conversation, options);
    if (reason === undefined) clean[conversation.id] = conversation.rootHash;
    else blocked.set(conversation.id, reason);
  }
  if (open.length > 0) savePassed(file, version, clean);
  return blocked;
}

function readPassed(file: string, version: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return {};
    throw error;
  }
  const value = parseJson(text);
  return isJsonObject(value) && value.version === version && isJsonObject(value.passed) ? value.passed : {};
}

function savePassed(file: string, version: string, passed: Readonly<Record<string, string>>): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify({ version, passed }));
  renameSync(`${file}.tmp`, file);
}
