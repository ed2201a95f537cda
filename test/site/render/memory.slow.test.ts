/** What stays in memory after rendering: nothing of the pages. */
/** The heap is measured after a full collection, so that only what something still holds is counted. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ownString } from '../../../src/base/own-string.ts';
import { turnHash } from '../../../src/model/ids.ts';
import { runRenderJob } from '../../../src/site/render/render-job.ts';
import { isAllowed } from '../../../src/site/render/sanitise.ts';
import { plainTitle } from '../../../src/site/render/text/plain-title.ts';
import { pairRows } from '../../../src/site/view/rows.ts';
import { callPart, item, responsePart, textPart } from './samples.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heldAfter(work: () => void): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  work();
  collect();
  return process.memoryUsage().heapUsed - before;
}

function renderPage(n: number): void {
  const filler = `${n} `.repeat(4_000);
  const items = [
    item('user', textPart(`# Prompt ${n}\n\n1${n}. a [link](https://example.org/${n})\n\n${filler}`)),
    item('assistant', callPart('edit', { file_path: `${n}.ts`, old_string: `${n}`, new_string: `${n + 1}` }, `T${n}`)),
    item('tool', responsePart(`\u001b[31m${n}\u001b[0m\n${filler}`, { duration_ms: 1000 + n })),
    item('assistant', textPart(`\`\`\`ts\nconst a${n} = ${n};\n\`\`\`\n<b ${n}>`)),
  ];
  const turns = items.map((one, i) => {
    const hash = turnHash((n * 4 + i).toString(16).padStart(64, '0'));
    return { hash, timeMs: Date.UTC(2026, 0, 1) + n * 1_000, typeId: 'turnpress.item', rawLength: 10_000, item: one };
  });
  runRenderJob({
    rows: pairRows(turns),
    folders: [],
    around: [],
    beside: [],
    calls: [],
    blobs: new Map(),
    known: new Map(),
  });
}

describe('memory', () => {
  it('does not grow with the pages that were rendered', () => {
    // what may be kept of a few is full by then
    for (let n = 0; n < 500; n++) renderPage(n);
    const held = heldAfter(() => {
      for (let n = 500; n < 1_500; n++) renderPage(n);
    });
    // A thousand pages of 20 KB each: one string of each would be 20 MB.
    expect(held).toBeLessThan(1_000_000);
  });

  it('does not grow with tags, whatever they hold', () => {
    const page = 'x'.repeat(10_000);
    const tags = (n: number) => [`<time datetime="2026-01-02T00:00:${n}Z">`, `<ol start="${n}">`, `<p class="c${n}">`];
    const held = heldAfter(() => {
      for (let n = 0; n < 3_000; n++) expect(isAllowed(`${page}${tags(n).join('')}${n}`)).toBe(true);
    });
    expect(held).toBeLessThan(1_000_000);
  });

  it('is not held by a title that was cut from a long text', () => {
    const titles: string[] = [];
    const held = heldAfter(() => {
      for (let n = 0; n < 100; n++) titles.push(plainTitle(`Title ${n} ${'of many words '.repeat(10_000)}`, 100));
    });
    expect(held).toBeLessThan(1_000_000);
    expect(titles).toHaveLength(100);
  });

  it.each(['', 'plain', 'Grüße', '深夜', 'half \ud83d of a pair', '👨‍👩‍👧'])(
    'has copies of %j that are equal',
    (text) => {
      expect(ownString(text)).toBe(text);
    },
  );
});
