/** Names turns of agents that give their records no ids: by what was said, and by all that was said before it. */
/** A copy of a session has new times and other files, and the same words: its names are the same as far as it is equal. */

import { blake3Hex } from '../../../base/blake3.ts';
import { encodeUtf8 } from '../../../base/bytes.ts';
import type { Item } from '../../../model/item.ts';
import type { Building } from '../assembly/building.ts';
import { wellFormedItem } from '../items/well-formed.ts';

const WORDS = { user: 'prompt', assistant: 'message', tool: 'output', system: 'note' } as const;

/** `<scope>/<ordinal>/<kind>/<digest>`. Neither time nor usage is in it: copies have others. */
export function nameByWords(building: Building, name: string, said: Item): string {
  const before = building.scope?.name === name ? building.scope : { name, ordinal: 0, digest: '' };
  const kind = said.note === 'context' ? said.note : WORDS[said.role];
  const json = ({ note, parts }: Item) => JSON.stringify([before.digest, kind, note ?? null, parts]);
  const words = json(said);
  const digest = blake3Hex(encodeUtf8(LONE_SURROGATE.test(words) ? json(wellFormedItem(said)) : words)).slice(0, 16);
  building.scope = { name, ordinal: before.ordinal + 1, digest };
  return `${name}/${before.ordinal}/${kind}/${digest}`;
}

/** How JSON.stringify writes what has no UTF-8 form. */
const LONE_SURROGATE = /\\ud[89a-f]/;
