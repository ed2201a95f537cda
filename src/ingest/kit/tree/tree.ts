/** Where each turn hangs: branches, their tips, and which native ids mean which turn. */
/** Every decision depends only on what stands earlier in the file, so reading in pieces gives the same tree. */

import type { TurnKind } from '../importer.ts';
import { type Branch, Forks } from './forks.ts';
import { HistoryList, HistoryMap } from './history.ts';

/** A native id or a replay mark as its hash, and the turn it means. */
export interface NamedTurn {
  readonly hash: number;
  readonly turn: number;
}

/** Turns are numbered in the order in which they were placed, over all runs of one source. */
export interface Tree {
  /** Turns placed so far. */
  turns: number;
  readonly branches: HistoryList<Branch>;
  readonly forks: Forks;
  /** Branch of each turn as runs: [number of its first turn, branch]. */
  runs: (readonly [number, number])[];
  /** Native ids and replay marks seen, as 48-bit hashes, with the turn they mean; BEFORE = above all turns. */
  readonly log: NamedTurn[];
  readonly known: Map<number, number>;
  /** Keys of the newest turns; `firstKey` is the number of the first one that is kept. */
  readonly keys: string[];
  firstKey: number;
  /** Where the children of a note hang that stands at the tip, though its own parent is older. */
  readonly anchors: HistoryMap<string, number>;
}

/** The turn number of a record that stands above all turns. */
export const BEFORE = -1;
const NO_BRANCH = -1;

export function newTree(branches: readonly Branch[] = [], anchors: Iterable<readonly [string, number]> = []): Tree {
  return {
    turns: 0,
    branches: new HistoryList(branches),
    forks: new Forks(branches),
    runs: [],
    log: [],
    known: new Map(),
    keys: [],
    firstKey: 0,
    anchors: new HistoryMap(anchors),
  };
}

/** Turn that a native id means, BEFORE, or undefined for an id that this source never named. */
export function findTurnOf(tree: Tree, id: string): number | undefined {
  return tree.known.get(hash48(id));
}

/** The first meaning of an id stands. */
export function nameTurn(tree: Tree, id: string, turn: number): void {
  const hash = hash48(id);
  if (tree.known.has(hash)) return;
  tree.known.set(hash, turn);
  tree.log.push({ hash, turn });
}

/** Key of a turn, undefined when it is older than what is kept. */
export function findKeyOf(tree: Tree, turn: number): string | undefined {
  const kept = tree.keys[turn - tree.firstKey];
  if (kept !== undefined) return kept;
  const branch = tree.branches.get(tree.forks.endingWith(turn) ?? NO_BRANCH);
  return branch?.tip === turn ? branch.tipKey : undefined;
}

export function branchOf(tree: Tree, turn: number): number {
  let low = 0;
  let high = tree.runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tree.runs[middle]?.[0] ?? 0) <= turn) low = middle;
    else high = middle - 1;
  }
  return tree.runs[low]?.[1] ?? 0;
}

/** What grows below a turn, the turn itself left out. */
export interface Below {
  /** Number of the newest turn below it, or of the turn itself. */
  readonly tip: number;
  readonly tipBranch: number;
  readonly prompt: boolean;
  readonly answer: boolean;
}

export function lookBelow(tree: Tree, turn: number): Below {
  const own = branchOf(tree, turn);
  const branch = tree.branches.get(own);
  if (branch === undefined) return { tip: turn, tipBranch: own, prompt: false, answer: false };
  const forked = tree.forks.forkedSince(own, turn);
  const tipBranch = forked ? tree.forks.newestBelow(own, turn) : own;
  const tip = tree.branches.get(tipBranch)?.tip ?? branch.tip;
  return { tip, tipBranch, prompt: forked || branch.lastPrompt > turn, answer: branch.lastAnswer > turn };
}

/** Puts the next turn at the end of a branch and returns its number. */
export function appendTurn(tree: Tree, branchIndex: number, key: string, kind: TurnKind): number {
  const turn = tree.turns++;
  const branch = tree.branches.get(branchIndex);
  if (branch === undefined) throw new RangeError(`no branch ${branchIndex}`);
  tree.branches.set(branchIndex, {
    ...branch,
    tip: turn,
    tipKey: key,
    lastPrompt: kind === 'prompt' ? turn : branch.lastPrompt,
    lastAnswer: kind === 'answer' ? turn : branch.lastAnswer,
  });
  tree.forks.grow(branchIndex, branch.conversation, kind === 'prompt');
  if (tree.runs.at(-1)?.[1] !== branchIndex) tree.runs.push([turn, branchIndex]);
  tree.keys.push(key);
  return turn;
}

/** A branch without turns yet: the next `appendTurn` gives it its first. */
export function openBranch(tree: Tree, from: number, at: number, conversation: number): number {
  tree.branches.push({ from, at, conversation, tip: at, tipKey: '', lastPrompt: -1, lastAnswer: -1 });
  tree.forks.open(from, at);
  return tree.branches.length - 1;
}

/** The branch of a conversation that grew last; undefined for a conversation without turns. */
export function newestBranch(tree: Tree, conversation: number): number | undefined {
  return tree.forks.newest(conversation);
}

/** 48 bits of two FNV-1a passes: in a file of 10⁵ ids, one false match in 5·10⁴ files. Protects nothing. */
export function hash48(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    low = Math.imul(low ^ c, 0x01000193);
    high = Math.imul(high ^ c, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return ((high >>> 0) % 0x10000) * 0x1_0000_0000 + (low >>> 0);
}
