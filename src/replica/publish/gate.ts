/** What must not be published: conversations in which the scanner still finds a secret, or cannot look for one. */
/** Every turn of a public conversation passes here before a public build; what passed is remembered by its log and the rules. */

import { join } from 'node:path';
import type { ArchiveReader } from '../../archive/archive.ts';
import { blake3Hex } from '../../base/blake3.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import { canonicalJson, type JsonValue } from '../../base/json.ts';
import type { Log, Progress } from '../../base/log.ts';
import type { ConversationSummary } from '../../model/conversation.ts';
import { type ConversationId, shortId } from '../../model/ids.ts';
import { decodeMeta, findMetaProblem } from '../../model/meta.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { visibilityOf } from '../../model/visibility.ts';
import { createRedactor, type Redactor, ruleSetVersion, scanForPublishing } from '../../secrets/secrets.ts';
import { type Outgoing, walkOutgoing } from './outgoing.ts';
import { PassedStore } from './passed.ts';

export interface GateOptions {
  readonly config: SiteConfig;
  /** Private folder in which what passed is remembered. */
  readonly cacheDir: string;
  /** Values that are secret on this machine. Compared in memory, never stored. */
  readonly knownValues: readonly string[];
  /** Of this machine: what is remembered counts only with its mark. Undefined: nothing is remembered. */
  readonly key?: Uint8Array;
  /** Which part of the archive is looked at, where it is not all of it. What passed is remembered for each. */
  readonly scope?: string;
  readonly log: Log;
  readonly progress: Progress;
}

/** Conversation → why it may not be published: turn and rule, never the secret. */
export async function findBlocked(
  archive: ArchiveReader,
  options: GateOptions,
): Promise<ReadonlyMap<ConversationId, string>> {
  const { config, cacheDir, log, progress } = options;
  const passed = new PassedStore(join(cacheDir, 'publish-gate.db'), { rules: rulesOf(options), key: options.key }, log);
  try {
    const state = canonicalJson([archive.revision(), config.publish, config.tags]);
    const scope = options.scope ?? 'whole';
    const blocked = new Map<ConversationId, string>();
    if (passed.findState(scope) === state) return blocked;
    const redactor = await createRedactor(scannerOf(options));
    progress.start('look for secrets', Math.max(1, archive.countConversations().conversations));
    let done = 0;
    let unread = 0;
    for (const conversation of archive.walkConversations({ order: 'oldest', joined: false })) {
      progress.advance(++done, shortId(conversation.id));
      if (visibilityOf(conversation, config) !== 'public') continue;
      if (passed.find(conversation.id)?.root === conversation.rootHash) continue;
      const { reason, whole } = await lookInto(archive, conversation, passed, redactor, config.redact.allow);
      if (reason !== undefined) blocked.set(conversation.id, reason);
      if (!whole) unread++;
    }
    progress.finish();
    if (blocked.size + unread === 0) passed.setState(scope, state);
    return blocked;
  } finally {
    passed.close();
  }
}

function scannerOf({ config, knownValues }: GateOptions) {
  return { words: config.redact.words, personal: config.redact.personal, knownValues };
}

/** A hash, because it speaks of the very values that must not be written anywhere. */
function rulesOf(options: GateOptions): string {
  const rules = { gate: GATE_VERSION, rules: ruleSetVersion(), allow: options.config.redact.allow };
  return blake3Hex(encodeUtf8(canonicalJson({ ...rules, options: scannerOf(options) })));
}

/** Goes up when the gate looks into more than before. */
const GATE_VERSION = 3;

interface Look {
  /** The first thing that is found or cannot be looked into, and that nobody has allowed, in words. Undefined: it may go out. */
  readonly reason?: string;
  /** All bytes were there. What is damaged today may be whole tomorrow: then it is looked at. */
  readonly whole: boolean;
}

async function lookInto(
  archive: ArchiveReader,
  conversation: ConversationSummary,
  passed: PassedStore,
  redactor: Redactor,
  allow: readonly string[],
): Promise<Look> {
  const { id, rootHash: root } = conversation;
  const before = passed.find(id);
  const facts = await findInFacts(archive, conversation, redactor);
  if (facts.reason !== undefined) return { reason: facts.reason, whole: true };
  const turns = archive.listTurns(id);
  const known = before !== undefined && namesOf(turns.slice(0, before.turns)) === before.names ? before.turns : 0;
  let { whole } = facts;
  for (const { turn, found } of walkOutgoing(archive, turns.slice(known))) {
    if (found === 'damaged') whole = false;
    else if (!allow.some((digits) => turn.hash.startsWith(digits))) {
      const reason = await findInTurn(redactor, turn, found);
      if (reason !== undefined) return { reason, whole };
    }
  }
  if (whole) passed.put(id, { root, turns: turns.length, names: namesOf(turns) });
  return { whole };
}

async function findInTurn(
  redactor: Redactor,
  { hash }: LoggedTurn,
  found: Exclude<Outgoing['found'], 'damaged'>,
): Promise<string | undefined> {
  const where = `turn ${shortId(hash)}`;
  if ('unseen' in found) return `${where}: ${found.unseen}, so nobody can say what is in it`;
  return describe(where, await scanForPublishing(redactor, found.value));
}

/** Every meta there was, with all its members, and head names, retired ones too: the log is published with them. */
async function findInFacts(
  archive: ArchiveReader,
  { id }: ConversationSummary,
  redactor: Redactor,
): Promise<{ readonly reason: string | undefined; readonly whole: boolean }> {
  let whole = true;
  const facts: JsonValue[] = [archive.listHeads(id).map(({ name }) => name)];
  for (const meta of archive.readMetas(id)) {
    if (meta.status === 'damaged') whole = false;
    if (meta.status !== 'present') continue;
    const problem = findMetaProblem(meta.bytes);
    if (problem !== undefined) return { reason: `its meta: ${problem}; "withdraw --meta" takes it back`, whole };
    facts.push(decodeMeta(meta.bytes) as unknown as JsonValue);
  }
  return { reason: describe('its title or other facts', await scanForPublishing(redactor, facts)), whole };
}

function describe(where: string, findings: Awaited<ReturnType<typeof scanForPublishing>>): string | undefined {
  const [first] = findings;
  if (first === undefined) return undefined;
  return `${where}: ${first.rule}, ${first.count === 1 ? 'once' : `${first.count} times`}${first.doubtful ? ' (doubtful)' : ''}`;
}

function namesOf(turns: readonly LoggedTurn[]): string {
  return blake3Hex(encodeUtf8(turns.map(({ hash }) => hash).join('')));
}
