/** What an importer said of a part, redacted, as the bytes that are hashed. */
/** Secrets end here: what leaves this file is what the archive will hold. */

import { blake3Hex } from '../../base/blake3.ts';

import { messageOf } from '../../base/errors.ts';
import { holdsLong } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Problem } from '../../base/log.ts';
import type { PayloadHash } from '../../model/ids.ts';
import { itemJson, itemJsonPieces } from '../../model/item.ts';
import type { Counts, Redactor } from '../../secrets/secrets.ts';
import type { ImportedBlob, ImportedConversation, ImportedTurn, SourceOutput } from '../kit/importer.ts';
import { hasFar } from '../kit/lines/far-texts.ts';
import { collectGarbage } from './collect.ts';
import { addCounts, frameBlob, settleFar } from './far-items.ts';
import { createJoiner, type Joiner } from './payload-joiner.ts';
import type { Fired, ReadPart, ReadTurn } from './read-part.ts';
import { guardOf, type OpenFile } from './source-file.ts';

/** `said`: its turns, which are taken out one by one: none is held longer than it is needed. `bytes`: how many were read, about what the payloads will need. */
export async function encodePart(
  output: Omit<SourceOutput, 'turns'>,
  said: ImportedTurn[],
  file: OpenFile,
  redactor: Redactor,
  bytes: number,
): Promise<Omit<ReadPart, 'fresh' | 'last' | 'bytes' | 'lookAgainMs'>> {
  const problems = [...output.problems];
  const payloads = createJoiner(bytes);
  const turns: ReadTurn[] = [];
  const fired: Fired[] = [];
  const blobs: ImportedBlob[] = [];
  for (const blob of output.blobs) blobs.push(await frameBlob(blob));
  said.reverse();
  while (said.length > 0) {
    // one by one: of a part, neither the redacted items nor their payloads stand in memory twice
    const { fields, result } = await redactLast(said, redactor, blobs);
    const long = bytes > MUCH && holdsLong(result.value, MUCH);
    if (long) collectGarbage();
    const at = payloads.length();
    const json = () => (long ? itemJsonPieces(result.value) : itemJson(result.value));
    const payload = encodeTurn(fields.key, json, payloads, file.path, problems);
    const length = payload?.length ?? -1;
    turns.push({ ...fields, at, length, payloadHash: hashOf(payload) });
    if (payload === undefined) continue;
    if (hasAny(result.fired) || hasAny(result.doubtful)) {
      fired.push({ turn: turns.length - 1, redactions: result.fired, findings: result.doubtful });
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
    blobs,
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

/** Takes out the last turn: what it said before is held by nobody when this returns. */
async function redactLast(said: ImportedTurn[], redactor: Redactor, blobs: ImportedBlob[]) {
  const turn = said.pop();
  if (turn === undefined) throw new RangeError('no turn is left');
  const { item, ...fields } = turn;
  const settled = hasFar(item) ? await settleFar(item, redactor) : undefined;
  blobs.push(...(settled?.blobs ?? []));
  const own = settled?.item ?? item;
  const [result = { value: own, fired: {}, doubtful: {} }] = await redactor.redactItems([own]);
  if (settled === undefined) return { fields, result };
  const fired = addCounts(result.fired, settled.redactions);
  return { fields, result: { ...result, fired, doubtful: addCounts(result.doubtful, settled.findings) } };
}

/** Adds the payload of a turn and returns it; undefined, with a problem, for an item that cannot be stored. */
function encodeTurn(
  key: string,
  json: () => string | Iterable<string>,
  payloads: Joiner,
  file: string,
  problems: Problem[],
): Uint8Array | undefined {
  const before = payloads.length();
  try {
    const payload = payloads.add(json());
    if (payload.length <= limits.payload) return payload;
    payloads.cut(before);
    const message = `the turn ${key} has ${payload.length} bytes, over the limit of ${limits.payload}; it was left out`;
    problems.push({ code: 'PAYLOAD_TOO_LARGE', file, message });
  } catch (error) {
    payloads.cut(before);
    problems.push({ code: 'UNSTORABLE', file, message: `the turn ${key} was left out: ${messageOf(error)}` });
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

/** A text of more units is written in pieces, and what was needed to make it does not wait for the collector. */
const MUCH = 24 * 1024 * 1024;
