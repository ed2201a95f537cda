/** The folders that a session was held in: paths below them are shown from there. */
/** Apart from what builds conversations, because who checks a page shows the same paths. */

import type { Meta } from '../../model/conversation.ts';

export function foldersOf({ cwd, folders = [] }: Meta): readonly string[] {
  return [...new Set(cwd === undefined ? folders : [cwd, ...folders])];
}
