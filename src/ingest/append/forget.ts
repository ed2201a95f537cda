/** What the ledger remembers of words that were taken back: titles and waiting prompts stand in its memory of sources, too. */
/** Only the words go; how far a source was read stays, so nothing is read again because of it. */

import type { Ledger } from '../../archive/archive.ts';
import { isJsonObject, type JsonValue } from '../../base/json.ts';
import type { ConversationId } from '../../model/ids.ts';

/**
 * Empties every text of which `says` is true in what is remembered of the conversation's sources. Returns the paths of all of its
 * sources, sorted. The agents' own files are not touched: what is read from them anew is remembered anew.
 */
export function forgetWords(
  ledger: Pick<Ledger, 'listSourcesOf' | 'record'>,
  conversation: ConversationId,
  says: (text: string) => boolean,
): readonly string[] {
  const sources = ledger.listSourcesOf(conversation);
  const changed = sources.flatMap((source) => {
    const state = withoutSaid(source.state, says);
    return state === source.state || !isJsonObject(state) ? [] : [{ ...source, state }];
  });
  if (changed.length > 0) ledger.record({ sources: changed });
  return sources.map(({ path }) => path);
}

/** The same value when there is nothing in it to empty. */
function withoutSaid(value: JsonValue, says: (text: string) => boolean): JsonValue {
  if (typeof value === 'string') return value !== '' && says(value) ? '' : value;
  if (Array.isArray(value)) {
    const list: readonly JsonValue[] = value;
    const next = list.map((each) => withoutSaid(each, says));
    return next.every((each, i) => each === list[i]) ? value : next;
  }
  if (!isJsonObject(value)) return value;
  const next = Object.entries(value).map(([name, each]) => [name, withoutSaid(each, says)] as const);
  return next.every(([name, each]) => each === value[name]) ? value : Object.fromEntries(next);
}
