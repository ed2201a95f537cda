/** `/t/`: finds the page of any turn by its hash, through 256 small files. */
/** Only the files in which a turn came, went or moved are made again. */

import type { BuildContext } from '../conversation/context.ts';
import { keyOf } from '../state/keys.ts';
import { touches } from '../state/touched.ts';
import { outputPath, resolverShardUrl } from '../urls.ts';

const OWNER = 'resolver';
const BYTES = Array.from({ length: 256 }, (_, byte) => byte);

export function buildResolver(context: BuildContext): void {
  const { state, output, afresh } = context;
  for (const byte of BYTES) {
    const digits = byte.toString(16).padStart(2, '0');
    if (!afresh && !state.touched.isTouched(touches.places + digits)) continue;
    const path = outputPath(resolverShardUrl(digits));
    const places = new Map<string, string>();
    for (const { digits: turn, url } of state.places.walkPlaces(byte)) places.set(turn, url);
    if (places.size === 0) {
      output.drop(path);
      continue;
    }
    const content = JSON.stringify(Object.fromEntries(places));
    if (output.declare(path, OWNER, keyOf(content))) output.put(path, `${content}\n`);
  }
}
