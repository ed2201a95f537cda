/** Bounds what is under way: pages that were read and are not written yet. */
/** Without it a build reads as fast as the disk allows and holds the whole archive in memory. */

export interface Gate {
  /** Waits until there is room. A single thing larger than the bound passes alone. */
  enter(weight: number): Promise<void>;
  leave(weight: number): void;
}

/** `onFull` is called before each wait: it may hurry on what would give room. */
export function createGate(bound: number, onFull: () => void): Gate {
  let inside = 0;
  let waiting: (() => void)[] = [];
  return {
    async enter(weight) {
      while (inside > 0 && inside + weight > bound) {
        onFull();
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      inside += weight;
    },
    leave(weight) {
      inside -= weight;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
  };
}
