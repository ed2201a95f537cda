import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/base/json.ts';
import { limits } from '../../../src/base/limits.ts';
import { findNewest, growMeta, type MetaSource, mergeMeta, withoutWords } from '../../../src/ingest/append/meta.ts';
import type { Meta } from '../../../src/model/conversation.ts';
import { permutations } from '../fake-agent.ts';

function source(meta: Meta, asOfMs: number, consumed = 0): MetaSource {
  return { meta, asOfMs, consumed };
}

const first = source(
  { title: 'old', cwd: '~/a', sessions: ['s1'], models: ['m2'], started: '2026-01-02', updated: '2026-01-03' },
  3,
);
const second = source(
  { title: 'new', sessions: ['s2'], models: ['m1'], started: '2026-01-01', updated: '2026-01-04' },
  4,
);
const third = source({ sessions: ['s3'], git: { branch: 'main' }, updated: '2026-01-05' }, 5);

describe('merged meta', () => {
  it('takes scalars from the newest source that has them, unites sets and widens the span', () => {
    expect(mergeMeta([first, second, third])).toEqual({
      title: 'new',
      cwd: '~/a',
      git: { branch: 'main' },
      sessions: ['s1', 's2', 's3'],
      models: ['m1', 'm2'],
      started: '2026-01-01',
      updated: '2026-01-05',
    });
  });

  it('names the folder where the conversation began, whichever piece was read last and goes on elsewhere', () => {
    const begin = source({ cwd: '~/a', project: 'a', started: '2026-01-01', updated: '2026-01-02' }, 2);
    const later = source({ cwd: '~/b', project: 'b', started: '2026-01-03', updated: '2026-01-04' }, 4);
    const copy = source({ cwd: '~/a2', project: 'a2', started: '2026-01-01', updated: '2026-01-05' }, 5);
    for (const order of permutations([begin, later]))
      expect(mergeMeta(order)).toMatchObject({ cwd: '~/a', project: 'a', folders: ['~/a', '~/b'] });
    for (const order of permutations([begin, later, copy])) expect(mergeMeta(order)).toMatchObject({ cwd: '~/a2' });
  });

  it('does not depend on the order of the sources', () => {
    const all = permutations([first, second, third]).map((order) => canonicalJson(mergeMeta(order)));
    expect(new Set(all).size).toBe(1);
  });

  it('does not change when it is merged again over itself, nor when a source is seen twice', () => {
    const once = mergeMeta([first, second]);
    expect(mergeMeta([first, second], once)).toEqual(once);
    expect(mergeMeta([first, second, first])).toEqual(once);
  });

  it('decides between snapshots of one time by length, then by text', () => {
    expect(mergeMeta([source({ title: 'b' }, 1, 20), source({ title: 'a' }, 1, 30)]).title).toBe('a');
    expect(mergeMeta([source({ title: 'b' }, 1, 20), source({ title: 'a' }, 1, 20)]).title).toBe('b');
    expect(findNewest([source({ title: 'b' }, 1, 20), source({ title: 'a' }, 1, 30)])?.meta.title).toBe('a');
  });

  it('counts what was taken out of its turns, and asks the archive only where sources are gone', () => {
    const stored: Meta = { sessions: ['s'], redactions: { token: 9 } };
    const counts = { redactions: { home: 5, token: 3 }, findings: { mail: 1 } };
    expect(mergeMeta([source({ sessions: ['s'] }, 1)], stored, counts)).toEqual({ sessions: ['s'], ...counts });
    expect(mergeMeta([], stored, counts)).toMatchObject({ redactions: { home: 5, token: 9 } });
  });

  it('keeps what the archive says when a session is known that no source names', () => {
    const stored: Meta = {
      title: 'kept',
      sessions: ['gone'],
      updated: '2026-01-03T00:00:00.000Z',
      redactions: { token: 9 },
    };
    const merged = mergeMeta([source({ title: 'older', sessions: ['here'] }, 1)], stored);
    expect(merged).toEqual({ ...stored, sessions: ['gone', 'here'] });
  });

  it('does not let its own older result decide again when all sources are known', () => {
    const stored = mergeMeta([source({ title: 'x', sessions: ['b'] }, 5), source({ sessions: ['a'] }, 10)]);
    const sources = [
      source({ title: 'x', sessions: ['b'] }, 5),
      source({ sessions: ['a'] }, 10),
      source({ title: 'y', sessions: ['c'] }, 7),
    ];
    expect(mergeMeta(sources, stored).title).toBe('y');
  });

  it('keeps members and tags that somebody else put there', () => {
    const stored = { title: 't', tags: ['mine'], rating: 5, sessions: ['a'] } as Meta;
    expect(mergeMeta([source({ title: 't', sessions: ['a'] }, 1)], stored)).toEqual(stored);
  });

  it('keeps what people write whole, and fits the archive whatever else sources say', () => {
    const title = '大'.repeat(16_384);
    expect(mergeMeta([source({ title }, 1)]).title).toBe(title);
    for (const length of [5_000, 25_000]) {
      const links = Array.from({ length }, (_, i) => `https://example.org/${'大'.repeat(200)}/${i}`);
      const hostile = source({ title: '大'.repeat(100_000), links, sessions: ['a'] }, 1);
      const merged = mergeMeta([hostile]);
      expect(Buffer.byteLength(canonicalJson(merged))).toBeLessThanOrEqual(limits.meta);
      expect(merged.links?.length).toBeGreaterThan(100);
      expect(merged.sessions).toEqual(['a']);
      expect(mergeMeta([hostile], merged)).toEqual(merged);
    }
  });

  it('leaves no free words once a meta was taken back, whoever wrote them', () => {
    const words = { title: 't', project: 'p', cwd: '~/p', git: { branch: 'b' }, links: ['l'], tags: ['x'], rating: 5 };
    const rest = { agent: 'codex', models: ['m'], sessions: ['s'], started: '2026-01-01T00:00:00.000Z' };
    expect(withoutWords({ ...words, ...rest } as Meta)).toEqual(rest);
  });
});

describe('meta of a source that grew', () => {
  it('takes the later word and keeps what was said before', () => {
    const before: Meta = { title: 'a', cwd: '~/x', models: ['m1'], started: '2026-01-01', updated: '2026-01-02' };
    expect(growMeta(before, { title: 'b', models: ['m2'], started: '2026-01-02', updated: '2026-01-03' })).toEqual({
      title: 'b',
      cwd: '~/x',
      models: ['m1', 'm2'],
      started: '2026-01-01',
      updated: '2026-01-03',
    });
  });
});
