/** The words of a query, and what counts as a word that begins alike. */

import { describe, expect, it } from 'vitest';
import type { PagefindRecord } from '../../src/browser/pagefind-types.ts';
import { hasBeginning, isPhrase, listWords, splitSigns } from '../../src/browser/query-words.ts';

describe('the words of a query', () => {
  it('are each there once, without signs that stand alone', () => {
    expect(listWords('Fix  fix the — ENT-207 ent207 ...')).toEqual(['Fix', 'the', 'ENT-207']);
    expect(listWords('say "hello there')).toEqual(['say', 'hello', 'there']);
    expect(listWords(' - ')).toEqual([]);
  });

  it('are few, however long the query is', () => {
    expect(listWords(Array.from({ length: 150 }, (_, i) => `w${i}`).join(' '))).toHaveLength(12);
  });

  it('come apart at their signs', () => {
    expect(splitSigns('fix/ENT-207, naïve 検索')).toBe('fix ENT 207 naïve 検索');
  });

  it.each([
    ['"as it stands"', true],
    [' "a" ', true],
    ['"a" b', false],
    ['""', false],
  ])('%j is a phrase: %s', (text, phrase) => {
    expect(isPhrase(text)).toBe(phrase);
  });
});

describe('a word that begins alike', () => {
  const record = (content: string, title = ''): PagefindRecord => {
    const locations = content.split(' ').map((_, at) => at);
    return { url: '/c/1/', meta: { title }, content, anchors: [], locations };
  };

  it.each([
    ['quok', 'a quokka', true],
    ['quokkas', 'a quokka', false],
    ['QUOK', '(Quokka),', true],
    ['cafe', 'Cafés', true],
    ['ENT-207', 'feature/ENT-2070', true],
    ['ENT-207', 'ENT-20 207', false],
    ['absor', 'git-absorb', true],
    ['sorb', 'git-absorb', false],
  ])('%s in %j: %s', (word, content, found) => {
    expect(hasBeginning(record(content), word)).toBe(found);
  });

  it('may stand in the title, but must be one that was found', () => {
    expect(hasBeginning(record('x', 'Numbat in a title'), 'numb')).toBe(true);
    expect(hasBeginning({ ...record('quokka q'), locations: [1] }, 'quok')).toBe(false);
  });
});
