/** A prompt in one line, as headings, the index and links call it. */
/** Plain text: it stands wherever a title may. */

import { tellingWords } from '../../../model/facts/title.ts';
import { plainTitle } from '../../render/text/plain-title.ts';
import type { TurnView } from '../../view/turn-view.ts';

/** Characters. */
const LONGEST_LINE = 120;

export function promptLine({ item, withheld, damage }: TurnView): string {
  if (withheld !== undefined) return 'A prompt that was taken back';
  if (damage !== undefined) return 'A prompt that cannot be read';
  const said = (item?.parts ?? []).flatMap((part) => (part.type === 'text' ? [part.content] : [])).join('\n');
  return plainTitle(tellingWords(said), LONGEST_LINE) || 'A prompt without words';
}
