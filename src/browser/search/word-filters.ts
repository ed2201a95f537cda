/** Which parts of the index may have which token: asked of a few small files before any part is. */
/** What cannot be had, or belongs to another state of the site, denies nothing. */

import type { PartList } from '../../model/search/parts.ts';
import { mayHold, SLICES, sliceOf } from '../../model/search/word-filter.ts';
import { pages } from '../../site/fixed-urls.ts';

export interface WordFilters {
  /** By the number of the part in the list: whether it may have the token. */
  findParts(token: string): Promise<readonly boolean[]>;
}

export function openWordFilters(site: string, list: PartList, spent: (bytes: number) => void): WordFilters {
  const files = new Map<number, Promise<Uint8Array | undefined>>();
  const perFile = SLICES / list.files;
  const load = async (file: number): Promise<Uint8Array | undefined> => {
    const answer = await fetch(`${site}${pages.searchWords}${file}`);
    if (!answer.ok) return undefined;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    spent(bytes.length);
    const wanted = list.parts.reduce((sum, { slice }) => sum + slice * perFile, list.key.length);
    const key = new TextDecoder().decode(bytes.subarray(0, list.key.length));
    return bytes.length === wanted && key === list.key ? bytes : undefined;
  };
  return {
    async findParts(token) {
      const slice = sliceOf(token);
      const file = Math.floor(slice / perFile);
      const asked = files.get(file) ?? load(file);
      files.set(file, asked);
      const bytes = await asked.catch(() => undefined);
      let at = list.key.length;
      return list.parts.map(({ slice: size }) => {
        const from = at + (slice % perFile) * size;
        at += size * perFile;
        return bytes === undefined || size === 0 || mayHold(bytes.subarray(from, from + size), token);
      });
    },
  };
}
