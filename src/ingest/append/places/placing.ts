/** Puts turns in their places: behind their parents, in the place of what they tell anew, into the conversation they belong to. */
/** Nothing stored is edited: what belongs elsewhere is said again there, and who names it is led on. */

import { type LostParent, type PreparedTurn, prepareTurn } from '../../../archive/archive.ts';
import type { ConversationId } from '../../../model/ids.ts';
import { encodeItem } from '../../../model/item.ts';
import { findItem, ITEM_PAYLOAD } from '../../../model/payload.ts';
import type { ReadPart, ReadTurn } from '../../read/read-part.ts';
import { isFuller, tellsAll } from '../branches/superseded.ts';
import type { Placed } from '../commit.ts';
import type { IngestStore } from '../store.ts';
import { createBelow } from './below.ts';
import { type Grafting, type KnownTurn, moveBelow, moveTurn } from './regraft.ts';
import { retell } from './retell.ts';
import type { Standing } from './standing.ts';
import { createFindUnnamed } from './unnamed.ts';

/** What completes a turn that was cut off. */
type Rest = Pick<KnownTurn, 'payloadHash'> & { readonly payload: Uint8Array };
type Retelling = Pick<ReadTurn, 'timeMs'> & Partial<Pick<ReadTurn, 'payloadHash' | 'replaces'>>;

export interface PlacerOptions {
  readonly store: Pick<IngestStore, 'ledger' | 'listTurns'>;
  /** Notes what is known of a conversation, before it changes. */
  readonly touch: (conversation: ConversationId) => void;
  /** A whole conversation may be said again: what is full is committed meanwhile. */
  readonly flushWhenFull: () => void;
}

/** `add`: takes a new turn. `complete`: makes one of what was cut off and its rest. The others say what they do. */
export function createPlacer(standing: Standing, { store, touch, flushWhenFull }: PlacerOptions) {
  const { find, turnOf, parentOf, payloadOf, listTurns, isMoved, saysSame, isProvisional } = standing;
  const below = createBelow({ listTurns, readPayload: payloadOf });
  const findUnnamed = createFindUnnamed(standing, store);

  const add = (prepared: PreparedTurn, conversation: ConversationId): Placed => {
    const { hash, depth, timeMs, parent } = prepared;
    const placed = { hash, depth, timeMs, conversation };
    standing.batch.add(prepared, conversation);
    below.add(placed, parent);
    return placed;
  };
  const grafting: Grafting = {
    listTurns,
    payloadOf,
    add: (prepared, conversation) => {
      add(prepared, conversation);
      flushWhenFull();
    },
    move: (turn, into) => void standing.batch.moved.set(turn, into),
    isMoved,
  };

  /** What a turn hangs on, null for a conversation's first. */
  const findParent = (turn: Pick<ReadTurn, 'parent' | 'otherwise' | 'place' | 'kind'>): Placed | null => {
    if (turn.parent === null) return null;
    const named = find(turn.parent);
    if (named === undefined && turn.otherwise !== undefined) return find(turn.otherwise) ?? null;
    if (named === undefined || named === null) return null;
    if (turn.place === 'below') return below.find(named, turn.kind === 'prompt');
    return turn.place === 'beside' ? parentOf(named) : named;
  };

  const touchBoth = (from: ConversationId, into: ConversationId) => {
    // what had been joined to the one before names the one that took it over last
    for (const id of [from, into, ...store.ledger.listJoined(from)]) {
      touch(id);
      standing.batch.changed.add(id);
    }
  };

  /** A conversation's first turn belongs behind a turn of another one. */
  const join = (root: KnownTurn & Placed, parent: Placed): Placed => {
    const into = moveTurn(root, parent, grafting) ?? parent;
    if (into.hash === parent.hash) moveBelow(root, parent, grafting);
    takeOver(root, into);
    return into;
  };

  const takeOver = ({ hash, conversation }: Placed, into: Placed) => {
    standing.batch.joined.set(conversation, into.conversation);
    standing.batch.found.add(hash);
    touchBoth(conversation, into.conversation);
  };

  /** The agent says something else now, or all of what was taken before its end: it takes the place of what is known. */
  const replace = (known: KnownTurn & Placed, turn: Retelling, payload: Uint8Array): Placed => {
    const parent = parentOf(known);
    // only its agent makes a turn later than it was
    const timeMs =
      turn.replaces === true ? (turn.timeMs ?? known.timeMs) : Math.min(turn.timeMs ?? Infinity, known.timeMs);
    const told = turn.payloadHash === undefined ? {} : { payloadHash: turn.payloadHash };
    const prepared = prepareTurn({ parent, timeMs, ...ITEM_PAYLOAD, payload, ...told });
    const into =
      findUnnamed(prepared, parent) ??
      add(prepared, parent?.conversation ?? (prepared.hash as string as ConversationId));
    if (into.hash === known.hash) return into;
    standing.batch.moved.set(known.hash, into);
    moveBelow(known, into, grafting);
    if (into.conversation !== known.conversation) standing.batch.joined.set(known.conversation, into.conversation);
    touchBoth(known.conversation, into.conversation);
    return into;
  };

  /** What is known of these turns from another copy takes the times and places that they have here. */
  const tellAnew = (told: readonly ReadTurn[]): void => {
    for (const [conversation, into] of retell(told, standing, grafting)) {
      if (into !== conversation) standing.batch.joined.set(conversation, into);
      touchBoth(conversation, into);
    }
  };

  /** What was cut off before `rest`: the turn that tells both. Undefined: it has another end, and nothing is missing. */
  const complete = (key: string, begun: Placed, where: LostParent['place'], rest: Rest): Placed | undefined => {
    if (where !== 'rest' && where !== 'instead') return undefined;
    const known = turnOf(begun.hash);
    const [before, after] = [payloadOf(begun.hash), rest.payload].map(
      (bytes) => bytes && findItem(ITEM_PAYLOAD, bytes),
    );
    if (known === undefined || before === undefined || after === undefined) return undefined;
    if (tellsAll(before, after)) return begun;
    if (!isProvisional(key)) return undefined;
    const parts = where === 'instead' ? after.parts : [...before.parts, ...after.parts];
    const into = replace(known, { timeMs: known.timeMs }, encodeItem({ ...before, parts }));
    standing.sumRedacted(where === 'instead' ? [rest.payloadHash] : [known.payloadHash, rest.payloadHash], into);
    standing.batch.keys.set(key, into);
    standing.batch.provisional.delete(key);
    return into;
  };

  const nameTurn = (turn: ReadTurn, placed: Placed | null) => {
    standing.batch.keys.set(turn.key, placed);
    if (turn.provisional === true) standing.batch.provisional.add(turn.key);
    else standing.batch.provisional.delete(turn.key);
    if (placed !== null) nameAliases(turn.aliases, placed);
    else for (const alias of turn.aliases) if (find(alias) === undefined) standing.batch.keys.set(alias, placed);
  };

  /** Whether a turn says all of another one, and more: lines of its message, read without the first of them. */
  const tells = (whole: Placed, part: Placed): boolean => {
    const [said, before] = [whole, part].map(({ hash }) => payloadOf(hash));
    const [item, piece] = [said, before].map((bytes) => bytes && findItem(ITEM_PAYLOAD, bytes));
    return item !== undefined && piece !== undefined && isFuller(piece, item);
  };

  /** The first meaning of a name stands, but for a turn that was taken before it could be known that this one says it. */
  const nameAliases = (aliases: readonly string[], placed: Placed) => {
    for (const alias of aliases) {
      const known = find(alias);
      if (known === undefined || known === null) standing.batch.keys.set(alias, placed);
      else if (
        known.hash !== placed.hash &&
        isProvisional(alias) &&
        (saysSame(known, placed) || tells(placed, known))
      ) {
        standing.batch.moved.set(known.hash, placed);
        moveBelow(known, placed, grafting);
        standing.batch.keys.set(alias, placed);
        standing.batch.provisional.delete(alias);
        if (known.depth === 0 && known.conversation !== placed.conversation) takeOver(known, placed);
        else touchBoth(known.conversation, placed.conversation);
      }
    }
  };

  /** What came of a message that was not whole may stand behind something else in the whole. */
  const moveToParent = (known: KnownTurn & Placed, turn: ReadTurn, { turns }: Pick<ReadPart, 'turns'>): Placed => {
    const parent = turn.place === undefined ? findParent(turn) : null;
    if (parent === null || parent.hash === known.parent || parent.hash === known.hash) return known;
    const before = parentOf(known);
    // a copy that only lacks what stands between says nothing of it
    if (
      before !== null &&
      standing.isBelow(before, parent) &&
      !turns.some(({ key }) => find(key)?.hash === before.hash)
    )
      return known;
    standing.batch.changed.add(known.conversation);
    return moveTurn(known, parent, grafting) ?? known;
  };

  return {
    ...{ add, findUnnamed, below, findParent, grafting, join, takeOver, replace, complete, tellAnew },
    ...{ nameTurn, nameAliases, moveToParent },
  };
}
