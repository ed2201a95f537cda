/** Where a changed file is in its project. */
/** Agents name it whole, or from the folder they work in. */

import type { Meta } from '../../../model/conversation.ts';
import { plainName } from '../../render/names.ts';
import type { FilePlace } from '../../state/work/edits.ts';

/** From the folder that the conversation was held in; a file elsewhere keeps its whole path. */
export function placeOfFile(path: string, { cwd, folders = [] }: Meta): Pick<FilePlace, 'folder' | 'file'> {
  const whole = slashes(path);
  const home = [...(cwd === undefined ? [] : [cwd]), ...folders]
    .map((folder) => `${slashes(folder).replace(/\/+$/, '')}/`)
    .sort((a, b) => b.length - a.length)
    .find((folder) => folder.length > 1 && whole.startsWith(folder));
  const own = (home === undefined ? whole : whole.slice(home.length)).replace(/^(?:\.\/)+/, '');
  const cut = own.lastIndexOf('/');
  return { folder: plainName(own.slice(0, Math.max(0, cut))), file: plainName(own.slice(cut + 1)) || '(unnamed)' };
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}
