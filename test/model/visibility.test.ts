/** Who may see what: rules of the configuration against summaries. */
/** Unknown, absent or misspelt always means private. */

import { describe, expect, it } from 'vitest';
import type { ConversationSummary, Meta } from '../../src/model/conversation.ts';
import { turnHash } from '../../src/model/ids.ts';
import type { PublishRule, SiteConfig } from '../../src/model/site-config.ts';
import { explainVisibility, tagsOf, visibilityOf } from '../../src/model/visibility.ts';

const id = turnHash('ab'.repeat(32));

function summary(meta: Meta): ConversationSummary {
  return {
    id,
    size: 1,
    rootHash: '00'.repeat(32),
    heads: [],
    meta,
    turns: 1,
    prompts: 1,
    toolCalls: 0,
    inputTokens: 0,
    outputTokens: 0,
    firstPrompt: '',
    firstMs: 0,
    lastMs: 0,
    withheld: 0,
    metaWithheld: false,
  };
}

function rules(publish: readonly PublishRule[], tags: SiteConfig['tags'] = []): Pick<SiteConfig, 'publish' | 'tags'> {
  return { publish, tags };
}

const one = summary({ agent: 'codex', project: 'clockwork', cwd: '~/dev/clockwork', tags: ['draft'] });

it('is private without a rule that fits', () => {
  expect(visibilityOf(one, rules([]))).toBe('private');
  expect(visibilityOf(one, rules([{ project: '~/dev/doors', visibility: 'public' }]))).toBe('private');
  expect(visibilityOf(summary({}), rules([{ project: '*', visibility: 'public' }]))).toBe('private');
});

it('follows the last rule that fits with all its members', () => {
  const open: PublishRule = { agent: 'codex', project: '~/dev/clock*', visibility: 'public' };
  expect(visibilityOf(one, rules([open]))).toBe('public');
  expect(visibilityOf(one, rules([open, { tag: 'draft', visibility: 'private' }]))).toBe('private');
  expect(visibilityOf(one, rules([{ tag: 'draft', visibility: 'private' }, open]))).toBe('public');
  expect(visibilityOf(one, rules([{ ...open, agent: 'claude-code' }]))).toBe('private');
});

it('takes a value that is neither public nor private as private', () => {
  expect(visibilityOf(one, rules([{ visibility: 'pubilc' as 'public' }]))).toBe('private');
});

it('names a conversation by 8 digits or more, never by fewer', () => {
  expect(visibilityOf(one, rules([{ conversation: 'abababab', visibility: 'public' }]))).toBe('public');
  expect(visibilityOf(one, rules([{ conversation: 'abababa', visibility: 'public' }]))).toBe('private');
  expect(visibilityOf(one, rules([{ conversation: '', visibility: 'public' }]))).toBe('private');
  expect(visibilityOf(one, rules([{ conversation: '*', visibility: 'public' }]))).toBe('public');
});

it('lets a sub-agent inherit nothing', () => {
  const child = summary({ agent: 'codex', parent: { session: 's', conversation: id } });
  expect(visibilityOf(child, rules([{ project: '~/dev/clockwork', visibility: 'public' }]))).toBe('private');
});

it('adds tags by rule, sorted and each once, and rules see them', () => {
  const tags = [
    { project: '~/dev/clockwork', add: ['wood', 'draft'] },
    { agent: 'none', add: ['never'] },
  ];
  expect(tagsOf(one, rules([], tags))).toEqual(['draft', 'wood']);
  expect(visibilityOf(one, rules([{ tag: 'wood', visibility: 'public' }], tags))).toBe('public');
});

const OPEN = (project: string): readonly PublishRule[] => [{ project, visibility: 'public' }];
const held = (meta: Meta, publish: readonly PublishRule[], tags: SiteConfig['tags'] = []) =>
  visibilityOf(summary({ agent: 'codex', ...meta }), rules(publish, tags));

it('means a folder as a whole, with all below it, and not the last word of its path', () => {
  const mine = OPEN('~/dev/api');
  expect(held({ project: 'api', cwd: '~/dev/api' }, mine)).toBe('public');
  expect(held({ project: 'src', cwd: '~/dev/api/src' }, mine)).toBe('public');
  for (const cwd of ['~/clients/acme/api', '~/dev/api-secret', '~/dev', '/dev/api', 'x/~/dev/api', '~/dev/apis', ''])
    expect([cwd, held({ project: 'api', cwd }, mine)]).toEqual([cwd, 'private']);
  for (const project of ['~/dev/api/', '/home/jane/dev/api', '/Users/jane/dev/api', 'C:\\Users\\jane\\dev\\api'])
    expect([project, held({ cwd: '~/dev/api' }, OPEN(project))]).toEqual([project, 'public']);
  expect(held({ cwd: 'D:\\work\\api\\src' }, OPEN('D:/work/api'))).toBe('public');
  expect(held({ project: 'api', cwd: '~/dev/api' }, OPEN('api'))).toBe('private');
  expect(held({ project: 'api', cwd: '~/dev/api' }, OPEN('a*'))).toBe('private');
  expect(held({ project: 'api' }, OPEN('*'))).toBe('private');
});

it('means a repository by its address, however that is written', () => {
  const spellings = [
    ...[
      'git@github.com:me/api.git',
      'https://github.com/me/api',
      'https://github.com/me/api.git/',
      'ssh://git@GitHub.com:22/me/api',
    ],
    ...['https://user:token@github.com/me/api.git', 'github.com/me/api', 'git://github.com/me/api.git'],
  ];
  for (const remote of spellings)
    for (const rule of spellings)
      expect([remote, rule, held({ cwd: '~/x', git: { remote } }, OPEN(rule))]).toEqual([remote, rule, 'public']);
  for (const remote of [
    'git@github.com:acme/api.git',
    'https://evil.example/github.com/me/api',
    'github.com/me/api2',
    'github.com/me',
  ])
    expect([remote, held({ cwd: '~/api', git: { remote } }, OPEN('github.com/me/api'))]).toEqual([remote, 'private']);
  expect(held({ cwd: '~/x', git: { remote: 'git@github.com:me/api.git' } }, OPEN('github.com/me/*'))).toBe('public');
  expect(held({ cwd: '~/x', git: { remote: 'git@github.com:meadow/api.git' } }, OPEN('github.com/me/*'))).toBe(
    'private',
  );
});

it('makes a conversation public only when every folder is in which it was held', () => {
  const two = { cwd: '~/open', folders: ['~/closed', '~/open'] };
  expect(held(two, OPEN('~/open'))).toBe('private');
  expect(held({ ...two, cwd: '~/closed' }, OPEN('~/open'))).toBe('private');
  expect(held(two, [...OPEN('~/open'), ...OPEN('~/closed')])).toBe('public');
  expect(held({ cwd: '~/open', folders: ['~/open', '~/open/src'] }, OPEN('~/open'))).toBe('public');
  const everything: PublishRule = { agent: '*', visibility: 'public' };
  expect(held(two, [everything])).toBe('public');
  expect(held(two, [everything, { project: '~/closed', visibility: 'private' }])).toBe('private');
  // a repository is known of one folder only
  expect(held({ ...two, git: { remote: 'github.com/me/open' } }, OPEN('github.com/me/open'))).toBe('private');
  expect(held(two, [{ tag: 'x', visibility: 'public' }], [{ project: '~/open', add: ['x'] }])).toBe('private');
});

it('keeps in what a private rule may mean, and lets out only what a public one must', () => {
  const everything: PublishRule = { agent: '*', visibility: 'public' };
  const closed = (project: string): readonly PublishRule[] => [everything, { project, visibility: 'private' }];
  expect(held({ cwd: '~/clients/api' }, closed('api'))).toBe('private');
  expect(held({ cwd: '~/dev/tool' }, closed('api'))).toBe('public');
  expect(held({}, closed('~/clients'))).toBe('private');
  expect(held({ cwd: '~/dev/tool' }, closed('github.com/acme/tool'))).toBe('private');
  expect(held({ cwd: '~/dev/tool' }, [{ visibility: 'public' }])).toBe('private');
});

describe('what took another conversation over', () => {
  const slice = turnHash('cd'.repeat(32));
  const meta: Meta = { agent: 'codex', cwd: '~/open' };
  const everything: PublishRule = { agent: '*', visibility: 'public' };
  const keep = (rule: Omit<PublishRule, 'visibility'>): PublishRule => ({ ...rule, visibility: 'private' });
  const show = (rule: Omit<PublishRule, 'visibility'>): PublishRule => ({ ...rule, visibility: 'public' });
  const whole = (part: Meta | undefined): ConversationSummary => ({
    ...summary(meta),
    tookOver: [{ id: slice, ...(part === undefined ? {} : { meta: part }) }],
  });
  const look = (part: Meta | undefined, publish: readonly PublishRule[], tags: SiteConfig['tags'] = []) =>
    visibilityOf(whole(part), rules(publish, tags));

  it('stays private by whatever kept that one private: its id, its tags, its folder, its agent', () => {
    expect(look(meta, [everything])).toBe('public');
    expect(look(meta, [everything, keep({ conversation: 'cdcdcdcd' })])).toBe('private');
    expect(look(undefined, [everything, keep({ conversation: 'cdcdcdcd' })])).toBe('private');
    expect(look({ ...meta, tags: ['draft'] }, [everything, keep({ tag: 'draft' })])).toBe('private');
    const tags = [{ conversation: 'cdcdcdcd', add: ['draft'] }];
    expect(look(meta, [everything, keep({ tag: 'draft' })], tags)).toBe('private');
    expect(look({ ...meta, cwd: '~/closed' }, [everything, keep({ project: '~/closed' })])).toBe('private');
    expect(look({ ...meta, folders: ['~/closed', '~/open'] }, [show({ project: '~/open' })])).toBe('private');
    expect(look({ ...meta, cwd: '~/closed' }, [show({ project: '~/open' })])).toBe('private');
    expect(look({}, [show({ project: '~/open' })])).toBe('private');
    expect(look({ ...meta, agent: 'gemini' }, [everything, keep({ agent: 'gemini' })])).toBe('private');
    expect(look({ ...meta, agent: 'gemini' }, [show({ agent: 'codex' })])).toBe('private');
  });

  it('is not made public by what made that one public', () => {
    expect(look(meta, [show({ conversation: 'cdcdcdcd' })])).toBe('private');
    expect(look({ ...meta, tags: ['open'] }, [show({ tag: 'open' })])).toBe('private');
    expect(look({ ...meta, cwd: '~/other' }, [show({ project: '~/other' })])).toBe('private');
    expect(look(meta, [show({ tag: 'open' })], [{ conversation: 'cdcdcdcd', add: ['open'] }])).toBe('private');
  });

  it('is made public by a rule that names it, unless one keeps that one private', () => {
    const named = show({ conversation: 'abababab' });
    expect(look(meta, [named])).toBe('public');
    expect(look({ ...meta, cwd: '~/closed' }, [named])).toBe('public');
    expect(look({ ...meta, cwd: '~/closed' }, [show({ conversation: 'abababab', project: '~/open' })])).toBe('private');
    expect(look(meta, [keep({ conversation: 'cdcdcdcd' }), named])).toBe('private');
    expect(look(meta, [keep({ conversation: 'cdcdcdcd' }), named, show({ conversation: 'cdcdcdcd' })])).toBe('public');
  });

  it('says of which part a rule speaks', () => {
    const said = explainVisibility(whole(meta), rules([everything, keep({ conversation: 'cdcdcdcd' })]));
    expect(said.map(({ rule, tookOver }) => [rule, tookOver])).toEqual([
      [0, undefined],
      [1, slice],
    ]);
  });
});

it('keeps in by a tag that it may have, and by an agent that it may have been', () => {
  const everything: PublishRule = { conversation: '*', visibility: 'public' };
  const tags = [{ project: '~/closed', add: ['draft'] }];
  expect(held({}, [everything, { tag: 'draft', visibility: 'private' }], tags)).toBe('private');
  expect(held({}, [{ tag: 'draft', visibility: 'public' }], tags)).toBe('private');
  expect(held({ cwd: '~/open' }, [everything, { tag: 'draft', visibility: 'private' }], tags)).toBe('public');
  expect(visibilityOf(summary({}), rules([everything, { agent: 'codex', visibility: 'private' }]))).toBe('private');
});
