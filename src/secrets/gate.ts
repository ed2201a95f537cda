/** The gate before publishing: looks once more at everything that would become public. */
/** It changes nothing. One finding is enough to stop a public build, which fails closed. */

import type { JsonValue } from '../base/json.ts';
import type { Redactor } from './redactor.ts';

/** What is found in one thing that would go out. Nothing here holds the secret. */
export interface PublishFinding {
  readonly rule: string;
  readonly count: number;
  /** First characters of the first one: enough to find it, too few to use it. */
  readonly masked: string;
  /** Could be harmless; a person has to say so. */
  readonly doubtful: boolean;
}

/** One finding for each rule, in the order in which they show. Looks at every string and at the name of every member. */
export async function scanForPublishing(redactor: Redactor, value: JsonValue): Promise<readonly PublishFinding[]> {
  const found = await redactor.scanValue(value);
  const groups = Map.groupBy(found, (finding) => `${finding.rule} ${finding.doubtful}`);
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    return [{ rule: first.rule, count: same.length, masked: first.masked, doubtful: first.doubtful }];
  });
}
