/** Puts a turn in its place, and makes further native ids mean it. */
/** What is put out is numbered in the order in which it was placed; where it goes is asked of spot.ts. */

import { wellFormedItem } from '../items/well-formed.ts';
import type { AgentRecord } from '../record.ts';
import { appendTurn, BEFORE, findKeyOf, findTurnOf, nameTurn, newestBranch } from '../tree/tree.ts';
import { rememberPrompt } from '../words/rewind.ts';
import { type Building, keyOf, type OutTurn } from './building.ts';
import { learn } from './conversations.ts';
import { behind, findSpot, type Placing } from './spot.ts';

/** Places one turn and returns its number. */
export function placeTurn(building: Building, placed: Placing): number {
  const placing = timed(building, placed);
  const spot = placing.after === undefined ? findSpot(building, placing) : behind(building, placing.after);
  const { draft, key, record } = placing;
  const turn = appendTurn(building.tree, spot.branch, key, draft.kind);
  if (record.scope !== undefined) nameTurn(building.tree, key.slice(building.rules.agent.length + 1), turn);
  if (building.rules.named === 'by words') rememberPrompt(building, record, draft, spot.parent);
  const out: OutTurn = {
    key,
    parent: spot.parent,
    timeMs: record.timeMs,
    item: wellFormedItem(draft.item),
    aliases: [],
    kind: draft.kind,
    ...(spot.place === undefined ? {} : { place: spot.place }),
    ...(spot.otherwise === undefined ? {} : { otherwise: spot.otherwise }),
    ...(building.provisional ? { provisional: true } : {}),
    ...(draft.rewritten === true ? { rewritten: true } : {}),
    ...(record.unless === undefined ? {} : { standsIn: true }),
  };
  building.turns.push(out);
  if (spot.anchor !== undefined) building.tree.anchors.set(record.id, spot.anchor);
  learn(building, spot.conversation, placing);
  return turn;
}

/** The first turn of a source has the session's time when it has none of its own. */
function timed(building: Building, placing: Placing): Placing {
  const { record } = placing;
  const sinceMs = record.facts?.sinceMs;
  if (record.timeMs !== null || sinceMs === undefined || building.tree.turns > 0) return placing;
  return { ...placing, record: { ...record, timeMs: sinceMs } };
}

/** Makes a native id mean a turn, for this source and for the ledger. */
export function addAlias(building: Building, id: string, turn: number, known?: string): void {
  nameTurn(building.tree, id, turn);
  aliasKey(building, keyOf(building, id), turn, known);
}

/** Makes a key mean a turn for the ledger alone. `known`: a key of the turn, for one that is older than what is kept. */
export function aliasKey(building: Building, alias: string, turn: number, known?: string): void {
  if (turn === BEFORE) return;
  const out = building.turns[turn - building.firstTurn];
  if (out !== undefined) {
    if (out.key !== alias) out.aliases.push(alias);
    return;
  }
  const key = findKeyOf(building.tree, turn) ?? known;
  if (key !== undefined && key !== alias) building.aliases.push([alias, key]);
}

/** A bookkeeping record means the nearest turn at or above it. */
export function collapseRecord(building: Building, record: AgentRecord): void {
  const { tree } = building;
  if (record.scope !== undefined) return;
  const parent = record.parent ?? null;
  const target = parent === null ? undefined : findTurnOf(tree, parent);
  const anchor = parent === null ? undefined : tree.anchors.get(parent);
  if (anchor !== undefined) tree.anchors.set(record.id, anchor);
  if (target !== undefined) {
    addAlias(building, record.id, target, keyOf(building, parent ?? ''));
    return;
  }
  const tip = findTip(building, record.chain);
  if (tip === undefined && parent !== null) building.missing ??= parent;
  addAlias(building, record.id, tip ?? BEFORE);
}

/** Number of the last turn of a chain; undefined for a chain without turns. */
export function findTip(building: Building, chain: string): number | undefined {
  const conversation = building.chains.get(chain);
  const branch = conversation === undefined ? undefined : newestBranch(building.tree, conversation);
  return branch === undefined ? undefined : building.tree.branches.get(branch)?.tip;
}
