/** What of a turn can be searched: the words of its payload, with role and model. */
/** Foreign JSON gives its strings; MessagePack and anything unreadable gives nothing. */

import { decodeUtf8 } from '../../base/bytes.ts';
import { JsonError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { decodeItem, ITEM_TYPE } from '../../model/item.ts';
import { type ItemText, itemText, listStrings } from '../../model/item-text.ts';
import { JSON_ENCODING, type LoggedTurn, type Payload } from '../../model/turn.ts';

export interface SearchableText extends ItemText {
  readonly role: string;
  readonly model?: string;
}

/** Undefined: withheld, damaged, or no words in it that we can read. */
export function searchableText(turn: LoggedTurn, payload: Payload | undefined): SearchableText | undefined {
  if (payload?.status !== 'present' || turn.encoding !== JSON_ENCODING) return undefined;
  try {
    if (turn.typeId !== ITEM_TYPE) {
      const text = listStrings(parseJson(decodeUtf8(payload.bytes))).join('\n');
      return { role: '', text, reasoning: '', toolOutput: '' };
    }
    const item = decodeItem(payload.bytes);
    const words = itemText(item);
    return { role: item.role, ...(typeof item.model === 'string' ? { model: item.model } : {}), ...words };
  } catch (error) {
    if (error instanceof JsonError || error instanceof TypeError) return undefined; // stored as it came: no item, no words
    throw error;
  }
}
