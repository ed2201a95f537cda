/** The Markdown that a reader takes along: what the pages say, under the same rules. */
/** Built in steps or at once it is the same file. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../../src/archive/archive.ts';
import { shortId } from '../../../src/model/ids.ts';
import { markdownUrl, outputPath } from '../../../src/site/urls.ts';
import {
  answer,
  call,
  createTestSite,
  openTestArchive,
  prompt,
  response,
  type TestSite,
  type Told,
  tell,
  turnAt,
} from '../site-fixture.ts';

let archive: ArchiveWriter;
let site: TestSite;

beforeEach(() => {
  archive = openTestArchive();
  site = createTestSite();
});
afterEach(() => {
  site.remove();
});

const open = { agent: 'claude-code', project: 'clocks', title: 'The *slow* clock', tags: ['open'] };

function markdownOf({ id }: Told): string {
  return site.read(outputPath(markdownUrl(id)));
}

const items = [
  prompt('Please look at <b>the clock</b>\n\n# And hurry'),
  answer('I will run the tests.', call('c1', 'npm test')),
  {
    ...response('c1', 'canary-output'),
    parts: [
      {
        type: 'tool_call_response' as const,
        id: 'c1',
        response: 'canary-output',
        status: 'error' as const,
        exit_code: 2,
      },
    ],
  },
  answer('The clock is **wrong**:\n\n```ts\nconst a = 1;'),
  prompt('Fix it.'),
  answer('## 9. Forged\n\nDone.'),
];

it('says prompts, answers and one line for each call, in the order of the page, and names what it leaves out', async () => {
  const told = tell(archive, { items, meta: open });
  await site.build(archive);
  expect(markdownOf(told)).toBe(`# The \\*slow\\* clock

Claude Code · clocks · 2026-01-02 · 2 prompts  
<https://sessions.example.org/c/${shortId(told.id)}/>

Prose is whole, each call of a tool is one line, and what tools printed is left out.

## 1. Please look at \\<b\\>the clock\\</b\\> And hurry

2 Jan 2026, 03:04 UTC · \`${shortId(turnAt(told, 0).hash)}\`

> Please look at \\<b>the clock\\</b>
>
> ### And hurry

I will run the tests.

- **Bash** \`npm test\` (failed, exit 2)

The clock is **wrong**:

\`\`\`ts
const a = 1;
\`\`\`

## 2. Fix it.

2 Jan 2026, 03:08 UTC · \`${shortId(turnAt(told, 4).hash)}\`

> Fix it.

#### 9. Forged

Done.
`);
});

it('is linked on the cover, and grows with the conversation as if it were built at once', async () => {
  const told = tell(archive, { items, meta: open });
  await site.build(archive);
  expect(site.read(`c/${shortId(told.id)}/index.html`)).toContain(
    `<a href="${markdownUrl(told.id)}" download="${shortId(told.id)}.md" type="text/markdown">`,
  );
  const long = Array.from({ length: 40 }, (_, n) => [prompt(`Prompt ${n}`), answer(`${n} `.repeat(3_000))]).flat();
  const grown = tell(archive, { items: long, after: turnAt(told, -1), conversation: told.id, minute: 20 });
  tell(archive, {
    items: [prompt('Another way'), answer('Taken.')],
    after: turnAt(told, 3),
    conversation: told.id,
    head: 'b-other',
    minute: 90,
  });
  await site.build(archive);
  tell(archive, { items: [prompt('One more')], after: turnAt(grown, -1), conversation: told.id, minute: 200 });
  await site.build(archive);
  const other = createTestSite();
  await other.build(archive);
  expect(markdownOf(told) === other.read(outputPath(markdownUrl(told.id)))).toBe(true);
  other.remove();
  const headings = [...markdownOf(told).matchAll(/^##? .*$/gm)].map(([line]) => line);
  expect(headings.slice(0, 4)).toEqual([
    '# The \\*slow\\* clock',
    '## 1. Please look at \\<b\\>the clock\\</b\\> And hurry',
    '## 2. Fix it.',
    '## 3. Prompt 0',
  ]);
  expect(headings.slice(-3)).toEqual(['## 43. One more', '# Another way: Another way', '## 2. Another way']);
});

it('holds nothing that was taken back, and is there only for conversations that the site shows', async () => {
  const told = tell(archive, {
    items: [prompt('canary-quince'), answer('Yes.'), prompt('And?'), answer('canary-medlar')],
    meta: open,
  });
  const hidden = tell(archive, { items, meta: { ...open, tags: [] }, minute: 90 });
  await site.build(archive, { mode: 'public' });
  expect(markdownOf(told)).toContain('canary-medlar');
  expect(site.readAll().has(outputPath(markdownUrl(hidden.id)))).toBe(false);
  archive.withdraw(turnAt(told, 3).hash, 1, Date.UTC(2026, 5, 1));
  await site.build(archive, { mode: 'public' });
  expect(markdownOf(told)).toContain('*What stood here was taken back');
  for (const [path, text] of site.readAll()) expect(text.includes('canary-medlar'), path).toBe(false);
});
