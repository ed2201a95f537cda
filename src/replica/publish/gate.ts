/** What must not be published: conversations in which the scanner still finds a secret. */
/** Every turn of a public conversation passes here before a public build; what passed is remembered by log root and rules. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ArchiveReader } from '../../archive/archive.ts';
import { blake3Hex } from '../../base/blake3.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import { errorCode } from '../../base/disk.ts';
import { canonicalJson, isJsonObject, parseJson } from '../../base/json.ts';
import type { ConversationSummary } from '../../model/conversation.ts';
import type { ConversationId } from '../../model/ids.ts';
import { decodeItem, ITEM_TYPE, type Item } from '../../model/item.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { visibilityOf } from '../../model/visibility.ts';
import { type PublishFinding, scanForPublishing, scanTextsForPublishing } from '../../secrets/gate.ts';
import { createRedactor, type Redactor, RULE_SET_VERSION } from '../../secrets/secrets.ts';

export interface GateOptions {
  readonly config: SiteConfig;
  /** Private folder in which what passed is remembered. */
  readonly cacheDir: string;
  /** Values that are secret on this machine. Compared in memory, never stored. */
  readonly knownValues: readonly string[];
}

/** Conversation → why it may not be published: turn and rule, never the secret. */
export async function findBlocked(
  archive: ArchiveReader,
  { config, cacheDir, knownValues }: GateOptions,
): Promise<ReadonlyMap<ConversationId, string>> {
  const options = { words: config.redact.words, personal: config.redact.personal, knownValues };
  // A hash, because the options hold the very values that must not be written anywhere.
  const version = blake3Hex(
    encodeUtf8(canonicalJson({ rules: RULE_SET_VERSION, options, allow: config.redact.allow })),
  );
  const file = join(cacheDir, 'publish-gate.json');
  const passed = readPassed(file, version);
  const blocked = new Map<ConversationId, string>();
  const clean: Record<string, string> = {};
  const open: ConversationSummary[] = [];
  for (const conversation of archive.listConversations()) {
    if (visibilityOf(conversation, config) !== 'public') continue;
    if (passed[conversation.id] === conversation.rootHash) clean[conversation.id] = conversation.rootHash;
    else open.push(conversation);
  }
  if (open.length === 0) return blocked;
  const redactor = await createRedactor(options);
  for (const conversation of open) {
    const reason = await findReason(archive, conversation, redactor, config.redact.allow);
    if (reason === undefined) clean[conversation.id] = conversation.rootHash;
    else blocked.set(conversation.id, reason);
  }
  savePassed(file, version, clean);
  return blocked;
}

/** The first finding that nobody has allowed, in words; undefined: the conversation may be published. */
async function findReason(
  archive: ArchiveReader,
  conversation: ConversationSummary,
  redactor: Redactor,
  allow: readonly string[],
): Promise<string | undefined> {
  for await (const finding of scanForPublishing(redactor, itemsOf(archive, conversation.id))) {
    if (!allow.some((turn) => finding.turn.startsWith(turn)))
      return describe(`turn ${finding.turn.slice(0, 16)}`, finding);
  }
  const { meta } = conversation;
  const texts = [
    meta.title,
    meta.project,
    meta.cwd,
    meta.git?.branch,
    meta.git?.remote,
    meta.git?.commit,
    meta.agent,
    meta.agent_version,
    ...archive.listHeads(conversation.id).map((head) => head.name), // retired ones too: the log is published with them
    ...(meta.models ?? []),
    ...(meta.links ?? []),
    ...(meta.tags ?? []),
  ];
  const findings = await scanTextsForPublishing(
    redactor,
    'its title or other facts',
    texts.filter((text) => text !== undefined),
  );
  const first = findings[0];
  return first === undefined ? undefined : describe(first.turn, first);
}

function* itemsOf(
  archive: ArchiveReader,
  id: ConversationId,
): Generator<{ readonly turn: string; readonly item: Item }> {
  const turns = archive.listTurns(id);
  for (let from = 0; from < turns.length; from += GROUP) {
    const group = turns.slice(from, from + GROUP);
    const payloads = archive.readPayloads(group);
    for (const [i, turn] of group.entries()) {
      const payload = payloads[i];
      if (payload?.status === 'present' && turn.typeId === ITEM_TYPE)
        yield { turn: turn.hash, item: decodeItem(payload.bytes) };
    }
  }
}

const GROUP = 256;

function describe(where: string, finding: PublishFinding<string>): string {
  return `${where}: ${finding.rule}, ${finding.count} times${finding.doubtful ? ' (doubtful)' : ''}`;
}

function readPassed(file: string, version: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {};
    throw error;
  }
  const value = parseJson(text);
  return isJsonObject(value) && value.version === version && isJsonObject(value.passed) ? value.passed : {};
}

function savePassed(file: string, version: string, passed: Readonly<Record<string, string>>): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify({ version, passed }));
  renameSync(`${file}.tmp`, file);
}
