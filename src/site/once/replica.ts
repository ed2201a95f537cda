/** The replica below `/archive/`: what other people pull and check. Its bytes come from the room of that name. */
/** A conversation's files are declared when its pages are made again, so one that did not change costs nothing. */

import { messageOf } from '../../base/errors.ts';
import { type ConversationId, shortId } from '../../model/ids.ts';
import type { Replica, ReplicaFile } from '../../replica/replica.ts';
import type { BuildContext } from '../conversation/context.ts';
import { stopsBuild } from '../errors.ts';
import { contentHash, keyOf } from '../state/keys.ts';
import { outputPath, replicaUrl } from '../urls.ts';

const OWNER = 'replica';
/** How far the archive log was written, and which. */
const MEMORY = 'replica';

/** Without blobs, which conversations share. */
function replicaOwner(id: ConversationId): string {
  return `${OWNER}/${id}`;
}

/** archive.json and the archive log: what the last build did not have. */
export function buildReplicaLog({ options, output, state, afresh }: BuildContext): void {
  const { replica } = options;
  const known = JSON.parse(state.findMeta(MEMORY) ?? '{}') as { readonly epoch?: string; readonly size?: number };
  const grows = replica !== undefined && !afresh && known.epoch === replica.epoch;
  const before = grows ? Math.min(known.size ?? 0, replica.size) : 0;
  if (replica === undefined || before === 0) output.take(OWNER);
  if (replica === undefined) {
    state.forgetMeta(MEMORY);
    return;
  }
  const written = new Set<string>();
  for (const file of replica.walkLog(before)) {
    written.add(outputPath(replicaUrl(file.path)));
    put(output, file, OWNER, replica.epoch);
  }
  // tiles that were not full have grown under another name
  for (const path of state.files.listPaths(OWNER).filter((each) => /\.p\/\d+$/.test(each)))
    if (!written.has(path)) output.drop(path);
  state.setMeta(MEMORY, JSON.stringify({ epoch: replica.epoch, size: replica.size }));
}

/** A conversation's files and blobs, as it is published now. What is damaged stays out, and is said. */
export function buildReplicaOf(context: BuildContext, id: ConversationId): void {
  const { options, output } = context;
  const { replica } = options;
  if (replica === undefined || replica.sizeOf(id) === undefined) {
    forgetReplicaOf(context, id);
    return;
  }
  const owner = replicaOwner(id);
  output.take(owner);
  for (const file of replica.walkConversation(id)) careful(context, id, () => put(output, file, owner, replica.epoch));
  output.settle(owner);
  careful(context, id, () => buildBlobsOf(context, replica, id));
}

export function forgetReplicaOf({ output, state }: BuildContext, id: ConversationId): void {
  const owner = replicaOwner(id);
  output.take(owner);
  output.settle(owner);
  const blobs = state.replicaBlobs.list(id);
  state.replicaBlobs.forget(id);
  dropUnused({ output, state }, blobs);
}

/** Only new records are looked through, unless something was taken back or pictures are shown from now on. */
function buildBlobsOf({ archive, options, output, state }: BuildContext, replica: Replica, id: ConversationId): void {
  const pictures = options.config.images.publish;
  const { withheld, metaWithheld } = archive.getConversation(id);
  const key = keyOf(replica.epoch, pictures, withheld, metaWithheld);
  const { replicaBlobs } = state;
  const upto = replicaBlobs.findUpto(id, key);
  const before = upto === 0 ? replicaBlobs.list(id) : [];
  if (upto === 0) replicaBlobs.forget(id);
  for (const hash of replica.walkBlobs(id, upto, pictures)) {
    const path = blobFile(hash);
    if (!output.knows(path, hash)) {
      const frame = replica.readBlob(hash);
      if (frame === undefined) continue; // its conversation says that it is missing
      if (output.declare(path, BLOBS, hash)) output.put(path, frame);
    }
    replicaBlobs.add(id, hash);
  }
  replicaBlobs.setUpto(id, key, replica.sizeOf(id) ?? 0);
  dropUnused({ output, state }, before);
}

/** Never taken as a whole: who needs one of them stands in the state. */
const BLOBS = `${OWNER}-blobs`;

function dropUnused({ output, state }: Pick<BuildContext, 'output' | 'state'>, hashes: readonly string[]): void {
  for (const hash of hashes) if (!state.replicaBlobs.isUsed(hash)) output.drop(blobFile(hash));
}

function blobFile(hash: string): string {
  return outputPath(replicaUrl(`blobs/${hash.slice(0, 2)}/${hash}.zst`));
}

/** What has a name for ever is made once. */
function put(output: BuildContext['output'], file: ReplicaFile, owner: string, epoch: string): void {
  const path = outputPath(replicaUrl(file.path));
  const bytes = file.immutable && output.knows(path, epoch) ? undefined : file.bytes();
  const key = file.immutable || bytes === undefined ? epoch : contentHash(bytes);
  if (output.declare(path, owner, key) && bytes !== undefined) output.put(path, bytes);
}

function careful(context: BuildContext, id: ConversationId, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (stopsBuild(error)) throw error;
    context.problem('DAMAGED_REPLICA', `conversation ${shortId(id)}: ${messageOf(error)}`, id);
  }
}
