/** What is asked of branches so often that nobody may look at all of them. */
/** Derived from the branches alone: kept in step while they grow, made anew when a state is read. */

/** A line of turns without a fork. Immutable: replaced when it grows, so a snapshot is a copy of the list. */
export interface Branch {
  /** Branch it forked from, -1 for a conversation's first. */
  readonly from: number;
  /** Number of the turn it forked at, -1 for a conversation's first. */
  readonly at: number;
  /** Index of its conversation. */
  readonly conversation: number;
  /** Number and key of its last turn. */
  readonly tip: number;
  readonly tipKey: string;
  /** Numbers of the last typed prompt and of the last finished answer on it, -1 for none. */
  readonly lastPrompt: number;
  readonly lastAnswer: number;
}

export class Forks {
  /** Branch it forked from, and an ancestor further up, so that the way to one of them takes few steps. */
  private readonly from: number[] = [];
  private readonly up: number[] = [];
  private readonly depth: number[] = [];
  /** Turn it forked at. */
  private readonly at: number[] = [];
  /** Highest turn at which another branch forked from it. */
  private readonly lastFork: number[] = [];
  /** Neighbours in the order in which branches grew last, NONE at the ends. */
  private readonly older: number[] = [];
  private readonly newer: number[] = [];
  private grownLast = NONE;
  private readonly newestOf = new Map<number, number>();
  private readonly prompted = new Set<number>();
  /** Branches by their tips, for turns whose keys are no longer kept. */
  private readonly tips = new Map<number, number>();

  constructor(branches: readonly Branch[]) {
    for (const { from, at } of branches) this.open(from, at);
    const grown = branches.map((branch, index) => ({ branch, index })).sort((a, b) => a.branch.tip - b.branch.tip);
    for (const { branch, index } of grown) {
      this.grow(index, branch.conversation, branch.lastPrompt >= 0);
      this.tips.set(branch.tip, index);
    }
  }

  /** A branch with the next number. */
  open(from: number, at: number): void {
    const index = this.from.length;
    this.from.push(from);
    this.at.push(at);
    this.lastFork.push(NONE);
    this.older.push(NONE);
    this.newer.push(NONE);
    this.depth.push(from === NONE ? 0 : (this.depth[from] ?? 0) + 1);
    this.up.push(from === NONE ? index : this.upOf(from));
    if (from !== NONE) this.lastFork[from] = Math.max(this.lastFork[from] ?? NONE, at);
  }

  /** It got the newest turn of all. */
  grow(branch: number, conversation: number, prompt: boolean): void {
    this.newestOf.set(conversation, branch);
    if (prompt) this.prompted.add(conversation);
    if (branch === this.grownLast) return;
    const [older, newer] = [this.older[branch] ?? NONE, this.newer[branch] ?? NONE];
    if (older !== NONE) this.newer[older] = newer;
    if (newer !== NONE) this.older[newer] = older;
    this.older[branch] = this.grownLast;
    this.newer[branch] = NONE;
    if (this.grownLast !== NONE) this.newer[this.grownLast] = branch;
    this.grownLast = branch;
  }

  /** The branch of a conversation that grew last; undefined for a conversation without turns. */
  newest(conversation: number): number | undefined {
    return this.newestOf.get(conversation);
  }

  hasPrompt(conversation: number): boolean {
    return this.prompted.has(conversation);
  }

  /** The branch that ended with this turn when the state was read. */
  endingWith(turn: number): number | undefined {
    return this.tips.get(turn);
  }

  /** Whether another branch forked from it at this turn or after. */
  forkedSince(branch: number, turn: number): boolean {
    return (this.lastFork[branch] ?? NONE) >= turn;
  }

  /** Of a branch and all that forked from it at the turn or after, and from those, the one that grew last. */
  newestBelow(branch: number, turn: number): number {
    for (let each = this.grownLast; each !== NONE; each = this.older[each] ?? NONE) {
      if (each === branch || this.isBelow(each, branch, turn)) return each;
    }
    return branch;
  }

  private isBelow(branch: number, above: number, turn: number): boolean {
    if (branch < above) return false;
    // A branch has a higher number than the one it forked from: the last one above `above` on the way up forked from it, or none did.
    let each = branch;
    while ((this.from[each] ?? NONE) > above) {
      const up = this.up[each] ?? each;
      each = up > above ? up : (this.from[each] ?? NONE);
    }
    return this.from[each] === above && (this.at[each] ?? NONE) >= turn;
  }

  /** Jump pointers (Myers, 1983): twice as far when the two jumps above are equally long. */
  private upOf(from: number): number {
    const up = this.up[from] ?? from;
    const far = this.up[up] ?? up;
    const depthOf = (branch: number) => this.depth[branch] ?? 0;
    return depthOf(from) - depthOf(up) === depthOf(up) - depthOf(far) ? far : from;
  }
}

const NONE = -1;
