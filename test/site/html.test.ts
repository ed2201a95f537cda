/** Every page of a site against the HTML standard. */
/** html-validate with its standard rules; what is left out is a matter of taste, and said. */

import { HtmlValidate } from 'html-validate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import {
  answer,
  call,
  config,
  createTestSite,
  openTestArchive,
  prompt,
  response,
  sampleItems,
  type TestSite,
  tell,
  turnAt,
} from './site-fixture.ts';
import { xssPayloads } from './xss-corpus.ts';

const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: {
    // Long titles are the conversation's own.
    'long-title': 'off',
    // A group of folded code is scrolled with the keyboard.
    'no-redundant-role': 'off',
  },
});

let site: TestSite;
let archive: ArchiveWriter;

beforeEach(() => {
  site = createTestSite();
  archive = openTestArchive();
});
afterEach(() => {
  archive.close();
  site.remove();
});

it('every page is valid HTML, with hostile text in every field', async () => {
  const hostile = xssPayloads
    .map((text) => text.toWellFormed())
    .flatMap((text, i) => [prompt(text), answer(text, call(`x${i}`, text)), response(`x${i}`, text)]);
  const name = '"><svg onload=xss()>';
  const told = tell(archive, { items: sampleItems('the clock'), meta: { agent: 'codex', project: 'clockwork' } });
  tell(archive, { items: [prompt('Other')], after: turnAt(told, 3), conversation: told.id, head: name, minute: 9 });
  tell(archive, { items: hostile, meta: { agent: name, project: name, title: name, tags: [name] }, minute: 100 });
  await site.build(archive, { config: { ...config, title: name, description: name } });
  const wrong: string[] = [];
  for (const [path, latin1] of site.readAll()) {
    if (!path.endsWith('.html')) continue;
    const report = await validator.validateString(Buffer.from(latin1, 'latin1').toString('utf8'), path);
    for (const { messages } of report.results) {
      for (const { ruleId, message, line } of messages) wrong.push(`${path}:${line} ${ruleId}: ${message}`);
    }
  }
  expect(wrong.slice(0, 30)).toEqual([]);
});
