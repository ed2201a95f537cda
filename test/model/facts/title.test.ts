/** Titles that a person recognises. */
/** The sentences are those of real clients; the plans are made up. */

import { describe, expect, it } from 'vitest';
import { isBareCommand, tellingTitle, tellingWords } from '../../../src/model/facts/title.ts';

describe('words that many conversations begin with', () => {
  it.each([
    ['Implement the following plan: # Plan: Warn about old sessions ## Context Today', 'Warn about old sessions'],
    ['Implement the following plan:\n\n# Fix `explain` on merges\n\nLong ago', 'Fix `explain` on merges'],
    ['Please implement this plan: ## Move the prompt', 'Move the prompt'],
    ['Execute the plan # C# bindings for the store ## Why', 'C# bindings for the store'],
  ])('give way to the heading of the plan: %s', (said, title) => expect(tellingWords(said)).toBe(title));

  it.each([
    'Implement the following plan: no heading here',
    'Implement the plan',
    '# Code Review Agent You are reviewing',
    'Explain: # what is this',
    '',
  ])('stay where they name no plan: %s', (said) => expect(tellingWords(said)).toBe(said));

  it('are a bare command only when nothing follows', () => {
    expect(['/init', '/review', ' /my:command '].map(isBareCommand)).toEqual([true, true, true]);
    expect(['/review 12', '/home/me/file', 'init', ''].map(isBareCommand)).toEqual([false, false, false, false]);
  });
});

describe('bare commands', () => {
  it('say what they do, where a client is known to have them', () => {
    expect(['/compact', ' /clear\n', '/my-own', '/review 12'].map(tellingWords)).toEqual([
      'Shortened what was remembered (/compact)',
      'Began with nothing remembered (/clear)',
      '/my-own',
      '/review 12',
    ]);
  });
  it('give way to a title, which may be a plan', () => {
    const firstPrompt = '/clear';
    expect(tellingTitle({ meta: { title: 'Mend it' }, firstPrompt })).toBe('Mend it');
    expect(tellingTitle({ meta: {}, firstPrompt: 'Implement the following plan:\n# Plan: wind' })).toBe('wind');
    expect(tellingTitle({ meta: {}, firstPrompt: '' })).toBe('');
  });
});
