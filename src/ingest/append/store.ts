/** What ingest needs of an archive, and a stand-in that writes nothing. */
/** The stand-in is what `--dry-run` works on: all decisions are made as they would be, and forgotten. */

import type { AppendBatch, ArchiveWriter, PreparedTurn } from '../../archive/archive.ts';
import { blake3Hex } from '../../base/blake3.ts';
import type { ConversationSummary, Head, Meta } from '../../model/conversation.ts';
import type { BlobHash, ConversationId, TurnHash } from '../../model/ids.ts';
import { findItem } from '../../model/payload.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { createDryLedger } from './dry-ledger.ts';
import { openSpill } from './spill.ts';

export type IngestStore = Pick<
  ArchiveWriter,
  'append' | 'putBlob' | 'putBlobFrame' | 'findTurn' | 'listTurns' | 'readPayloads' | 'ledger'
> & {
  findConversation(id: ConversationId): StoredConversation | undefined;
};

/** What ingest reads of a conversation's summary. */
export type StoredConversation = Pick<
  ConversationSummary,
  'id' | 'heads' | 'meta' | 'metaWithheld' | 'prompts' | 'size'
>;

/** An archive that takes everything and keeps it beside `archive`, which stays as it is; payloads on disk, in a file without a name. */
export function createDryStore(archive: IngestStore): IngestStore {
  const turns = new Map<TurnHash, LoggedTurn>();
  const payloads = openSpill();
  const grown = new Map<ConversationId, Added>();

  const findTurn = (hash: string) => turns.get(hash as TurnHash) ?? archive.findTurn(hash);
  const addedTo = (id: ConversationId): Added => {
    const known = grown.get(id) ?? { turns: [], heads: new Map(), prompts: 0, records: 0, meta: undefined };
    grown.set(id, known);
    return known;
  };
  const addTurn = (turn: PreparedTurn): ConversationId | undefined => {
    if (findTurn(turn.hash) !== undefined) return undefined;
    const parent = turn.parent === null ? undefined : findTurn(turn.parent);
    const conversation = parent?.conversation ?? turn.hash;
    const { payload, ...fields } = turn;
    const into = addedTo(conversation);
    const logged = { ...fields, rawLength: payload.length, conversation, position: into.turns.length };
    turns.set(turn.hash, logged);
    payloads.add(turn.hash, payload);
    into.turns.push(logged);
    into.records++;
    if (isPrompt(turn)) into.prompts++;
    return conversation;
  };

  const findConversation = (id: ConversationId): StoredConversation | undefined => {
    const stored = archive.findConversation(id);
    const more = grown.get(id);
    if (more === undefined) return stored;
    const heads = new Map<string, Head>([
      ...(stored?.heads ?? []).map((head) => [head.name, head] as const),
      ...more.heads,
    ]);
    return {
      id,
      heads: [...heads.values()],
      meta: more.meta ?? stored?.meta ?? {},
      metaWithheld: stored?.metaWithheld ?? false,
      prompts: (stored?.prompts ?? 0) + more.prompts,
      size: (stored?.size ?? 0) + more.records,
    };
  };

  return {
    append(batch: AppendBatch) {
      const added = batch.turns.flatMap((turn) => addTurn(turn) ?? []);
      const newTurns = added.length;
      for (const head of batch.heads ?? []) {
        const timeMs = findTurn(head.turn)?.timeMs ?? 0;
        addedTo(head.conversation).heads.set(head.name, { name: head.name, turn: head.turn, timeMs });
      }
      for (const { conversation, meta } of batch.metas ?? []) addedTo(conversation).meta = meta;
      const touched = [...(batch.heads ?? []), ...(batch.metas ?? [])].map((each) => each.conversation);
      for (const id of touched) addedTo(id).records++;
      return {
        newTurns,
        knownTurns: batch.turns.length - newTurns,
        newHeads: batch.heads?.length ?? 0,
        newMetas: batch.metas?.length ?? 0,
        conversations: [...new Set([...added, ...touched])],
      };
    },
    putBlob: (bytes) => blake3Hex(bytes) as BlobHash,
    putBlobFrame: () => {},
    findTurn,
    listTurns: (id, from = 0) => [...listStored(archive, id), ...(grown.get(id)?.turns ?? [])].slice(from),
    readPayloads: (wanted) =>
      wanted.map((turn) => {
        const bytes = payloads.find(turn.hash);
        if (bytes !== undefined) return { status: 'present', bytes };
        const [payload] = archive.readPayloads([turn]);
        return payload ?? { status: 'damaged', file: '', problem: 'not read' };
      }),
    findConversation,
    ledger: createDryLedger(archive.ledger, (id) => findConversation(id) !== undefined),
  };
}

interface Added {
  readonly turns: LoggedTurn[];
  readonly heads: Map<string, Head>;
  prompts: number;
  records: number;
  meta: Meta | undefined;
}

function listStored(archive: IngestStore, id: ConversationId): readonly LoggedTurn[] {
  return archive.findConversation(id) === undefined ? [] : archive.listTurns(id);
}

function isPrompt(turn: PreparedTurn): boolean {
  return findItem(turn, turn.payload)?.role === 'user';
}
