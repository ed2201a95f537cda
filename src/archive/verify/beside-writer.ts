/** Reading beside a writer: what a reader took for damage may have been half of a commit. */
/** A commit is several files and the index, and no reader sees them change at one moment; it looks again before it speaks. */

import type { ConversationId } from '../../model/ids.ts';
import type { DamageReport } from '../contract.ts';
import { isDamage } from '../damage.ts';
import { isLocked, thisProcess } from '../files/lock.ts';
import type { Store } from '../index/store.ts';

/** What is still damaged after so many looks is damage, whoever writes. */
const MOST_LOOKS = 20;
const PAUSE_MS = 50;

/** Whether another process may be writing to the archive now. */
export function isWrittenByOthers(store: Store): boolean {
  return !store.writable && isLocked(store.disk, store.path('private/lock'), thisProcess());
}

/** `look` again, while it finds damage and somebody wrote to the conversation meanwhile. */
export function lookUntilSettled<Found extends { readonly damage: readonly DamageReport[] }>(
  store: Store,
  id: ConversationId,
  look: () => Found,
): Found {
  for (let looks = 1; ; looks++) {
    const before = store.stampOf(id);
    const written = isWrittenByOthers(store);
    const found = look();
    if (store.writable || looks >= MOST_LOOKS || !found.damage.some(isDamage)) return found;
    if (!written && !isWrittenByOthers(store) && store.stampOf(id) === before) return found;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}
