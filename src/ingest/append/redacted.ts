/** What redaction did to the turns of a conversation, told from their payloads. */
/** By turn, never by source: copies that repeat each other and pieces that lack each other come to the same sums. */

import type { Ledger, RedactedPayload } from '../../archive/archive.ts';
import { canonicalJson } from '../../base/json.ts';
import type { PayloadHash } from '../../model/ids.ts';
import type { Counts } from '../../secrets/secrets.ts';

export interface Redacted {
  readonly redactions: Counts;
  readonly findings: Counts;
}

/** What was done to these payloads, each as often as it is named. */
export function sumRedacted(ledger: Pick<Ledger, 'listRedacted'>, payloads: readonly PayloadHash[]): Redacted {
  const known = new Map(ledger.listRedacted([...new Set(payloads)]).map((each) => [each.payload, each]));
  return addRedacted(known.size === 0 ? [] : payloads.flatMap((payload) => known.get(payload) ?? []));
}

export function addRedacted(all: readonly Redacted[]): Redacted {
  const sum = (counts: readonly Counts[]) => {
    const out: Record<string, number> = {};
    for (const each of counts) for (const [rule, n] of Object.entries(each)) out[rule] = (out[rule] ?? 0) + n;
    return out;
  };
  return {
    redactions: sum(all.map(({ redactions }) => redactions)),
    findings: sum(all.map(({ findings }) => findings)),
  };
}

/** What was done to these payloads, by the word of a ledger and by what it has not been told. */
export function listRedacted(
  ledger: Pick<Ledger, 'listRedacted'>,
  untold: ReadonlyMap<PayloadHash, RedactedPayload>,
  payloads: readonly PayloadHash[],
): readonly RedactedPayload[] {
  const known = new Map(ledger.listRedacted(payloads).map((each) => [each.payload, each]));
  for (const payload of payloads) {
    const said = untold.get(payload);
    if (said !== undefined) noteRedacted(known, said);
  }
  return [...known.values()];
}

/** Takes what was said of a payload: of several words the greater text stands, as in the ledger. */
export function noteRedacted(into: Map<PayloadHash, RedactedPayload>, said: RedactedPayload): void {
  const before = into.get(said.payload);
  if (before === undefined || textOf(said) > textOf(before)) into.set(said.payload, said);
}

function textOf({ redactions, findings }: Redacted): string {
  return canonicalJson({ redactions, findings });
}
