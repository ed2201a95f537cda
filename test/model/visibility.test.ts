/** Who may see what: rules of the configuration against summaries. */
/** Unknown, absent or misspelt always means private. */

import { expect, it } from 'vitest';
import type { ConversationSummary, Meta } from '../../src/model/conversation.ts';
import { turnHash } from '../../src/model/ids.ts';
import type { PublishRule, SiteConfig } from '../../src/model/site-config.ts';
import { tagsOf, visibilityOf } from '../../src/model/visibility.ts';

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

const one = summary({ agent: 'codex', project: 'clockwork', tags: ['draft'] });

it('is private without a rule that fits', () => {
  expect(visibilityOf(one, rules([]))).toBe('private');
  expect(visibilityOf(one, rules([{ project: 'doors', visibility: 'public' }]))).toBe('private');
  expect(visibilityOf(summary({}), rules([{ project: '*', visibility: 'public' }]))).toBe('private');
});

it('follows the last rule that fits with all its members', () => {
  const open: PublishRule = { agent: 'codex', project: 'clock*', visibility: 'public' };
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
});

it('lets a sub-agent inherit nothing', () => {
  const child = summary({ agent: 'codex', parent: { session: 's', conversation: id } });
  expect(visibilityOf(child, rules([{ project: 'clockwork', visibility: 'public' }]))).toBe('private');
});

it('adds tags by rule, sorted and each once, and rules see them', () => {
  const tags = [
    { project: 'clockwork', add: ['wood', 'draft'] },
    { agent: 'none', add: ['never'] },
  ];
  expect(tagsOf(one, rules([], tags))).toEqual(['draft', 'wood']);
  expect(visibilityOf(one, rules([{ tag: 'wood', visibility: 'public' }], tags))).toBe('public');
});
