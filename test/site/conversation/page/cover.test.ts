/** The cover: what came of a conversation, and nothing that nobody knows. */
/** Links lead only where an address is known to be one. */

import { describe, expect, it } from 'vitest';
import { turnHash } from '../../../../src/model/ids.ts';
import { type Cover, renderCover } from '../../../../src/site/conversation/page/cover.ts';
import { commitUrl } from '../../../../src/site/conversation/page/remote.ts';
import type { ToldExchange, Work } from '../../../../src/site/state/pages/told.ts';

const NO_WORK: Work = { calls: {}, failed: 0, files: [], commits: [], requests: [], tokens: [], workedMs: 0 };

function told(work: Partial<Work>, closing = ''): ToldExchange {
  const first = turnHash('1'.repeat(64));
  return {
    ...{ first, number: 1, line: 'x', page: '/c/x/', startMs: 0, endMs: 60_000, closing },
    work: { ...NO_WORK, ...work },
  };
}

function cover(exchanges: readonly ToldExchange[], more: Partial<Cover> = {}): string {
  return renderCover({
    ...{
      told: exchanges,
      main: exchanges,
      wallMs: 60_000,
      models: [],
      remote: undefined,
      fileUrls: new Map(),
      links: [],
      prices: [],
      currency: 'EUR',
    },
    ...{ branches: [], branchCount: 1, moreBranches: [], children: [], sessions: [], resume: undefined },
    ...more,
  });
}

const tokens = [{ model: 'model-one-2026', fresh: 1_000_000, cached: 2_000_000, written: 0, output: 100_000 }];
const price = { model: 'model-one*', input: 3, cached: 0.5, written: 4, output: 15 };

describe('the cover', () => {
  it('says the outcome in a sentence: the first one of the last answer', () => {
    const html = cover([told({}, 'Earlier.'), told({}, '**All** tests <pass> now. The rest is _history_.'), told({})]);
    expect(html).toContain('<p class="outcome">All tests &lt;pass&gt; now.</p>');
    expect(cover([told({})])).not.toContain('outcome');
  });

  it('says what it cost only where the owner says what every model costs', () => {
    expect(cover([told({ tokens })])).not.toContain('Cost');
    expect(cover([told({ tokens })], { prices: [price] })).toContain('5.50 EUR');
    const both = [...tokens, { ...tokens[0], model: 'other' }] as typeof tokens;
    expect(cover([told({ tokens: both })], { prices: [price] })).not.toContain('Cost');
    expect(cover([told({ tokens })])).toContain('100k out');
    expect(cover([told({ tokens })])).toContain('in: 1M fresh, 2M from cache');
  });

  it('names the files that changed most first, and folds those behind', () => {
    const files = Array.from({ length: 30 }, (_, n) => ({ path: `src/${n}.ts`, added: n, removed: 1 }));
    const html = cover([told({ files }), told({ files: files.slice(0, 1) })]);
    expect(html).toContain('30 files changed <span class="plus">+435</span> <span class="minus">−31</span>');
    expect(html.indexOf('29.ts')).toBeLessThan(html.indexOf('28.ts'));
    expect(html).toContain('<summary>22 more files</summary>');
  });

  it('links commits to hosts that are known, and requests that are addresses', () => {
    const work = {
      commits: [{ hash: '1a2b3c4', subject: 'Fix <it>' }],
      requests: ['https://github.com/me/app/pull/12', 'javascript:alert(1)'],
    };
    const html = cover([told(work)], { remote: 'git@github.com:me/app.git' });
    expect(html).toContain('href="https://github.com/me/app/commit/1a2b3c4"');
    expect(html).toContain('>me/app#12</a>');
    expect(html).not.toContain('javascript');
    expect(html).toContain('Fix &lt;it&gt;');
  });
});

describe('the address of a commit', () => {
  it('is known for repositories on known hosts, however the remote is spelt', () => {
    const at = 'https://github.com/me/app/commit/1a2b3c4';
    for (const remote of [
      'https://github.com/me/app',
      'https://github.com/me/app.git',
      'git@github.com:me/app.git',
      'ssh://git@github.com/me/app.git',
      'github.com/me/app',
    ])
      expect([remote, commitUrl(remote, '1a2b3c4')]).toEqual([remote, at]);
    expect(commitUrl('https://gitlab.com/a/b/c.git', '1a2b3c4')).toBe('https://gitlab.com/a/b/c/-/commit/1a2b3c4');
    for (const remote of [undefined, '', 'https://evil.example/me/app', 'https://github.com/../x', 'github.com/me'])
      expect([remote, commitUrl(remote, '1a2b3c4')]).toEqual([remote, undefined]);
    expect(commitUrl('github.com/me/app', '"><b>')).toBeUndefined();
  });
});
