/** What an importer said of a part, redacted, as the bytes that are hashed. */
/** Secrets end here: what leaves this file is what the archive will hold. */

import { blake3Hex } from '../../base/blake3.ts';
import { messageOf } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Problem } from '../../base/log.ts';
import type { PayloadHash } from '../../model/ids.ts';
import { type Item, itemJson } from '../../model/item.ts';
import type { Counts, Redactor } from '../../secrets/secrets.ts';
import type { ImportedConversation, ImportedTurn, SourceOutput } from '../kit/importer.ts';
import { createJoiner, type Joiner } from './payload-joiner.ts';
import type { Fired, ReadPart, ReadTurn } from './read-part.ts';
import { guardOf, type OpenFile } from './source-file.ts';

/** `bytes`: how many were read, about what the payloads will need. */
export async function encodePart(
  output: SourceOutput,
  file: OpenFile,
  redactor: Redactor,
  bytes: number,
): Promise<Omit<ReadPart, 'fresh' | 'last' | 'bytes' | 'lookAgainMs'>> {
  const problems = [...output.problems];
  const payloads = createJoiner(bytes);
  const turns: ReadTurn[] = [];
  const fired: Fired[] = [];
  for (const [i, turn] of output.turns.entries()) {
    // one by one: of a part, neither the redacted items nor their payloads stand in memory twice
    const [result] = await redactor.redactItems([turn.item]);
    const at = payloads.length();
    const payload = result === undefined ? undefined : encodeTurn(turn, result.value, payloads, file.path, problems);
    const { item: _, ...fields } = turn;
    const length = payload?.length ?? -1;
    turns.push({ ...fields, at, length, payloadHash: hashOf(payload) });
    if (payload === undefined || result === undefined) continue;
    if (hasAny(result.fired) || hasAny(result.doubtful)) {
      fired.push({ turn: i, redactions: result.fired, findings: result.doubtful });
    }
  }
  const conversations: ImportedConversation[] = [];
  for (const each of output.conversations) {
    conversations.push({ ...each, meta: (await redactor.redactMeta(each.meta)).value });
  }
  return {
    turns,
    payloads: payloads.bytes(),
    fired,
    conversations,
    blobs: output.blobs,
    aliases: output.aliases,
    consumed: output.consumed,
    nextLine: output.nextLine,
    guard: guardOf(file, output.consumed),
    size: file.size,
    mtimeNs: String(file.mtimeNs),
    state: output.state,
    problems,
    records: output.records,
    waiting: output.waiting,
  };
}

/** Adds the payload of a turn and returns it; undefined, with a problem, for an item that cannot be stored. */
function encodeTurn(
  turn: ImportedTurn,
  item: Item,
  payloads: Joiner,
  file: string,
  problems: Problem[],
): Uint8Array | undefined {
  const before = payloads.length();
  try {
    const payload = payloads.add(itemJson(item));
    if (payload.length <= limits.payload) return payload;
    payloads.cut(before);
    const message = `the turn ${turn.key} has ${payload.length} bytes, over the limit of ${limits.payload}; it was left out`;
    problems.push({ code: 'PAYLOAD_TOO_LARGE', file, message });
  } catch (error) {
    problems.push({ code: 'UNSTORABLE', file, message: `the turn ${turn.key} was left out: ${messageOf(error)}` });
  }
  return undefined;
}

function hashOf(payload: Uint8Array | undefined): PayloadHash {
  return (payload === undefined ? '' : blake3Hex(payload)) as PayloadHash;
}

function hasAny(counts: Counts): boolean {
  for (const _ in counts) return true;
  return false;
}
