/** What the owner writes about conversations: read member by member, and named when it is wrong. */
/** Heads are YAML of any shape; nothing in them may be more than data. */

import { describe, expect, it } from 'vitest';
import { findLine, splitFrontMatter } from '../../../src/site/shell/front-matter.ts';
import { type ReadNote, readNote } from '../../../src/site/shell/notes.ts';

function read(name: string, source: string): ReadNote {
  const split = splitFrontMatter(source);
  return 'problem' in split ? split : readNote(name, split);
}

const ID = '0123456789abcdef';

describe('a note of a conversation', () => {
  it('has a title, tags, chapters, a text for the cover and texts beside turns', () => {
    const turn = 'fedcba9876543210';
    const source = `---\ntitle: The clock\ntags: [open, "2"]\npinned: true\nchapters:\n  - {turn: t-${turn}, title: Here}\n---\n\nCover.\n\n## t-${turn}\n\nBeside.\n`;
    expect(read(ID, source)).toEqual({
      note: {
        ...{ name: ID, title: 'The clock', summary: '', tags: ['open', '2'], pinned: true, hidden: false },
        ...{ chapters: [{ turn, title: 'Here' }], text: 'Cover.', turns: new Map([[turn, 'Beside.']]) },
      },
    });
  });

  it('may be nothing but text', () => {
    expect(read(ID, 'Only words.\n---\nand a line')).toMatchObject({ note: { text: 'Only words.\n---\nand a line' } });
    expect(read(ID, '---\r\npinned: true\r\n---\r\nWords')).toMatchObject({ note: { pinned: true, text: 'Words' } });
    expect(read(ID, '---\ntitle: !!js/function "x"\n---\n')).toMatchObject({ note: { title: 'x' } });
    expect(read(ID, '---\nWords: below a rule')).toMatchObject({ note: { text: '---\nWords: below a rule' } });
    expect(read(ID, '---\n# nothing\n---\n')).toMatchObject({ note: { title: '', text: '' } });
  });

  it.each([
    ['title: 7', /"title" must be a text/],
    ['tags: open', /"tags" must be a list/],
    ['pinned: "yes"', /"pinned" must be true or false/],
    ['chapters: [{title: x}]', /"chapters" must be/],
    ['pined: true', /"pined" is not known; known here: title/],
    ['- a list', /members and values/],
    ['title: "open', /./],
    [`a: &a [x]\n${Array.from({ length: 40 }, (_, i) => `k${i}: [*a, *a]`).join('\n')}`, /./],
  ])('says what is wrong with %j', (head, problem) => {
    const result = read(ID, `---\n${head}\n---\ntext`);
    expect('problem' in result ? result.problem : '').toMatch(problem);
  });
});

it('a head that does not end is named, and is no text', () => {
  expect(read(ID, '---\ntitle: x\n\nWords')).toEqual({ problem: 'line 1: its head has no end: three hyphens' });
  expect(read(ID, '---\r\nhidden: true\r\nWords')).toHaveProperty('problem');
});

describe('an entry of the link blog', () => {
  it('points at a turn or a conversation and has a date', () => {
    expect(read('good-one', `---\ntitle: Look\ndate: "2026-11-21"\nturn: "${ID}"\n---\nWhy.`)).toEqual({
      entry: {
        ...{ name: 'good-one', title: 'Look', summary: '', tags: [], about: ID, text: 'Why.' },
        timeMs: Date.UTC(2026, 10, 21),
      },
    });
    // YAML 1.2 knows no dates, so it needs no quotation marks; digits alone are a number and do
    expect(read('x', `---\ntitle: Look\ndate: 2026-11-21\nconversation: ${ID}\n---\n`)).toHaveProperty('entry');
  });

  it.each([
    ['title: x\ndate: 2026-11-21', /"turn" or "conversation"/],
    [`title: x\nturn: "${ID}"`, /"date"/],
    [`date: 2026-11-21\nturn: "${ID}"`, /"title" is missing/],
    [`title: x\ndate: 2026-11-21\nturn: "../../etc"`, /"turn" or/],
  ])('says what it lacks: %j', (head, problem) => {
    const result = read('name', `---\n${head}\n---\n`);
    expect('problem' in result ? result.problem : '').toMatch(problem);
  });
});

describe('what is wrong in a head', () => {
  it('is told with the line of the file, not of the head', () => {
    expect(findLine('---\r\ntitle: x\n"tags": 1\n---\npinned: no\n', 'tags')).toBe(3);
    expect(findLine('---\ntitle: x\n---\npinned: no\n', 'pinned')).toBeUndefined();
    expect(splitFrontMatter('---\ntitle: x\ntags: [a\n---\n')).toEqual({
      problem: expect.stringMatching(/line [34]\b/),
    });
  });
});
