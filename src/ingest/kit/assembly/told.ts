/** Prompts that an agent may write twice: as a record of their own, and where they were handed over. */
/** Each is told once, by whichever of the two has an id; the other id means the same turn. */

import type { Item } from '../../../model/item.ts';
import type { AgentRecord } from '../record.ts';
import { findTurnOf } from '../tree/tree.ts';
import { type Building, keyOf } from './building.ts';
import { addAlias } from './place.ts';

type Told = readonly [words: string, id: string];

/** What a record says that a prompt without an id may say as well. */
export function wordsOf(record: AgentRecord): readonly Told[] {
  if (record.unless !== undefined) return [];
  return record.drafts.filter(({ kind }) => kind === 'prompt').map(({ item }) => [textOf(item), record.id]);
}

/** The words of an item, as they are compared with those of a prompt that came another way. */
export function textOf(item: Item): string {
  return item.parts
    .map((part) => (part.type === 'text' ? part.content : ''))
    .join('\n')
    .trim();
}

/** Id of the record that says these words, which then stands for no other. `told`: what was said beside them. */
export function takeTeller(building: Building, words: string, told: Told[]): string | undefined {
  const at = told.findIndex(([said]) => said === words);
  if (at !== -1) return told.splice(at, 1)[0]?.[1];
  const found = building.delivered.find(([said]) => said === words);
  if (found !== undefined) building.delivered = building.delivered.filter((other) => other !== found);
  return found?.[1];
}

/** An earlier run may have told the prompt: its id means the record that tells it now. */
export function tellBy(building: Building, id: string, teller: string): void {
  const turn = findTurnOf(building.tree, teller);
  if (turn !== undefined) addAlias(building, id, turn, keyOf(building, teller));
  else building.toldBy.set(teller, [...(building.toldBy.get(teller) ?? []), id]);
}

export function rememberTold(building: Building, words: readonly Told[]): void {
  if (words.length > 0) building.delivered = [...building.delivered, ...words].slice(-8);
}
