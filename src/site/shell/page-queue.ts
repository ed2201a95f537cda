/** Pages that wait for their shells, rendered in batches that are bounded in number and bytes. */
/** Eleventy holds every page of a run in memory several times over, so a run must stay small. */

import type { SafeHtml } from '../../base/html.ts';
import type { Output } from '../state/output.ts';
import { outputPath } from '../urls.ts';
import type { PageModel } from './page-model.ts';
import type { ShellPage, ShellRenderer } from './shells.ts';

const MOST_PAGES = 500;
const MOST_BYTES = 3 * 1024 * 1024;

export interface PageQueue {
  add(model: PageModel, body: SafeHtml): Promise<void>;
  flush(): Promise<void>;
}

/** `load` is called when the first page has to be rendered. */
export function createPageQueue(output: Output, load: () => Promise<ShellRenderer>): PageQueue {
  let waiting: ShellPage[] = [];
  let bytes = 0;
  let shells: ShellRenderer | undefined;
  let last: Promise<void> = Promise.resolve();
  const render = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    bytes = 0;
    shells ??= await load();
    for (const [url, content] of await shells.render(batch)) output.put(outputPath(url), content);
  };
  // One batch after the other: two at once would double the memory.
  const flush = (): Promise<void> => {
    last = last.then(render);
    return last;
  };
  return {
    async add(model, body) {
      waiting.push({ model, body });
      bytes += body.length + 4096;
      if (waiting.length >= MOST_PAGES || bytes >= MOST_BYTES) await flush();
    },
    flush,
  };
}
