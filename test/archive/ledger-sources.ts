/** All that a ledger knows, for tests; the program never asks for so much at once. */

import type { Ledger, LedgerSource } from '../../src/archive/archive.ts';

export function listSources(ledger: Ledger): readonly LedgerSource[] {
  return [...ledger.walkSeen()].flatMap(({ path }) => ledger.findSource(path) ?? []);
}
