/** Ways to change a published page, one row each, and who finds what: the pages of test/whole/orchard.ts. */
/** `turnpress check` and a page's own check are both held against this table, so they cannot disagree. */

export interface TamperedPage {
  readonly name: string;
  readonly change: (html: string, page: Materials) => string;
  /** Turns that are named, by their places on the page; `around`: something beside them is. Nobody minds others. */
  readonly named: readonly (number | 'around')[];
  readonly says?: RegExp;
  /** Who finds it; absent: both. */
  readonly only?: 'page' | 'check' | 'nobody';
}

export interface Materials {
  /** First 16 digits of the page's turns. */
  readonly turns: readonly string[];
  /** Another page of the same site, and its turns. */
  readonly other: string;
  readonly otherTurns: readonly string[];
}

export const [PROMPT, ANSWER, RESULT, EDIT, EDITED, DONE, THANKS] = [0, 1, 2, 3, 4, 5, 6];

/** A turn's element, whole. */
export function elementOf(html: string, digits = ''): string {
  const start = html.lastIndexOf('<', html.indexOf(`id="t-${digits}"`));
  const [, name = ''] = /^<([a-z]+)/.exec(html.slice(start)) ?? [];
  const tags = new RegExp(`<(/?)${name}[ >]`, 'g');
  tags.lastIndex = start;
  let depth = 0;
  for (let tag = tags.exec(html); tag !== null; tag = tags.exec(html)) {
    depth += tag[1] === '/' ? -1 : 1;
    if (depth === 0) return html.slice(start, html.indexOf('>', tag.index) + 2);
  }
  return '';
}

const inTurn =
  (place: number, change: (element: string) => string): TamperedPage['change'] =>
  (html, { turns }) =>
    html.replace(elementOf(html, turns[place]), (element) => change(element));
const before =
  (place: number, what: string): TamperedPage['change'] =>
  (html, { turns }) =>
    html.replace(elementOf(html, turns[place]), (element) => what + element);
const swap = (from: string | RegExp, to: string) => (html: string) => html.replace(from, to);
const attribute = (place: number, what: string) => inTurn(place, swap(/^<[a-z]+/, `$& ${what}`));

export const tamperedPages: readonly TamperedPage[] = [
  { name: 'a letter of a prompt', change: inTurn(PROMPT, swap(/Plant/, 'Plent')), named: [PROMPT], says: /words/ },
  { name: 'a letter of an answer', change: swap('tree is planted.', 'tree is planned.'), named: [DONE], says: /words/ },
  { name: 'a point', change: swap('tree is planted.', 'tree is planted!'), named: [DONE] },
  { name: 'a word more', change: swap('tree is planted.', 'tree is not planted.'), named: [DONE] },
  { name: 'what a tool gave back', change: inTurn(RESULT, swap('total 1', 'total 2')), named: [RESULT] },
  { name: 'a diff', change: inTurn(EDIT, swap('deep', 'cheap')), named: [EDIT] },
  { name: 'code', change: inTurn(ANSWER, swap(/\ba\b(?=(?:<[^>]*>|\s)*=)/, 'b')), named: [ANSWER] },
  {
    name: 'where a link leads',
    change: swap(/"https:\/\/example\.org\//, '"https://example.net/'),
    named: [ANSWER],
    says: /leads elsewhere/,
  },
  {
    name: 'the title of a link',
    change: swap(/(<a [^>]*)(href="https:\/\/example\.org)/, '$1title="safe" $2'),
    named: [ANSWER],
  },
  {
    name: 'a picture that was never there',
    change: inTurn(THANKS, swap('</article>', '<img src="/a.png" alt=""></article>')),
    named: [THANKS],
  },
  { name: 'the time of a turn', change: inTurn(DONE, swap(/datetime="20\d\d/, 'datetime="1999')), named: [DONE] },
  { name: 'who speaks', change: inTurn(DONE, swap('turn-assistant', 'turn-user')), named: [DONE], says: /marks/ },
  {
    name: 'two turns in each other’s places',
    change: (html, { turns: [a, b] }) =>
      html.replace(`"t-${a}"`, '"t-x"').replace(`"t-${b}"`, `"t-${a}"`).replace('"t-x"', `"t-${b}"`),
    named: [PROMPT, ANSWER],
  },
  { name: 'a turn left out', change: inTurn(DONE, () => ''), named: [DONE], says: /leaves it out/ },
  { name: 'the first turn left out', change: inTurn(PROMPT, () => ''), named: ['around'], says: /counted below/ },
  { name: 'a turn said twice', change: inTurn(DONE, (element) => element + element), named: [DONE], says: /twice/ },
  {
    name: 'a turn of another conversation',
    change: (html, { turns, other, otherTurns }) =>
      html.replace(elementOf(html, turns[DONE]), elementOf(other, otherTurns[DONE])),
    named: [DONE],
    says: /leaves it out/,
  },
  {
    name: 'a turn that nobody said',
    change: before(DONE, `<article class="turn turn-user" id="t-${'0'.repeat(16)}"><p>Lies</p></article>\n`),
    named: ['around'],
  },
  {
    name: 'what looks like a turn',
    change: before(DONE, '<article class="turn turn-user"><p>Lies</p></article>\n'),
    named: [EDITED],
    says: /looks like a turn/,
  },
  {
    name: 'words between turns',
    change: before(DONE, '<p>Here the agent lied.</p>\n'),
    named: [EDITED],
    says: /no turn says/,
  },
  { name: 'a comment around a turn', change: inTurn(DONE, (element) => `<!-- ${element} -->`), named: ['around'] },
  {
    name: 'a template around a turn',
    change: inTurn(DONE, (element) => `<template>${element}</template>`),
    named: [DONE],
  },
  {
    name: 'a closed box around a turn',
    change: inTurn(DONE, (element) => `<div hidden>${element}</div>`),
    named: [DONE],
    says: /may not be seen/,
  },
  {
    name: 'the id of a turn on another element',
    change: inTurn(DONE, (element) =>
      element.replace(/^<article/, '<blockquote').replace(/<\/article>\n?$/, '</blockquote>'),
    ),
    named: [DONE],
  },
  { name: 'an id without quotes', change: inTurn(DONE, swap(/id="(t-[0-9a-f]{16})"/, 'id=$1')), named: [DONE] },
  { name: 'hidden by its attribute', change: attribute(DONE, 'hidden'), named: [DONE] },
  { name: 'hidden by a style', change: attribute(DONE, 'style="display:none"'), named: [DONE] },
  {
    name: 'hidden by a class',
    change: inTurn(DONE, swap('class="turn ', 'class="turn visually-hidden ')),
    named: [DONE],
  },
  {
    name: 'a script in a turn',
    change: inTurn(DONE, swap('</article>', '<script>1</script></article>')),
    named: [DONE],
  },
  {
    name: 'a form in a turn',
    change: inTurn(DONE, swap('</article>', '<form><input></form></article>')),
    named: [DONE],
  },
  {
    name: 'a script of the page',
    change: swap('</head>', '<script>1</script></head>'),
    named: ['around'],
    says: /script/,
  },
  {
    name: 'data for search engines beside the turns',
    change: swap('<main', '<script type="application/ld+json">{}</script><main'),
    named: ['around'],
    says: /script/,
  },
  {
    name: 'a script from elsewhere',
    change: swap('</head>', '<script src="https://elsewhere.invalid/a.js"></script></head>'),
    named: ['around'],
  },
  {
    name: 'a style in the page',
    change: swap('</head>', '<style>.turn-user{display:none}</style></head>'),
    named: ['around'],
    says: /style/,
  },
  { name: 'a frame', change: swap('</main>', '<iframe src="/"></iframe></main>'), named: ['around'] },
  {
    name: 'a page that goes on elsewhere',
    change: swap('</head>', '<meta http-equiv="refresh" content="9; url=https://elsewhere.invalid/"></head>'),
    named: ['around'],
  },
  { name: 'a handler', change: swap('<main', '<main onclick="1"'), named: ['around'] },
  {
    name: 'markup altered in every turn, under our version',
    change: (html) => html.replaceAll('<time ', '<time class="hour" '),
    named: [0, 1, 2, 3, 4, 5, 6, 7],
    says: /marks/,
  },
  {
    name: 'the colour of code',
    change: inTurn(ANSWER, swap('<span class="k">', '<span class="c">')),
    named: [ANSWER],
    only: 'check',
  },
  {
    name: 'a box of words between turns',
    change: before(DONE, '<aside><p>Here the agent lied.</p></aside>\n'),
    named: [EDITED],
    says: /no turn says/,
  },
  {
    name: 'a fold that says something',
    change: inTurn(DONE, (element) => `<details class="run"><summary>It lied</summary>\n${element}</details>\n`),
    named: [EDITED],
    says: /no turn says/,
  },
  {
    name: 'the heading of a prompt',
    change: swap(/(<section class="exchange">\n<h2[^>]*>)[^<]*/, '$1Burn it'),
    named: [PROMPT],
    says: /heading above it is changed/,
  },
  {
    name: 'what is counted below a prompt',
    change: swap(/(<p class="work">)[^<]*/, '$12 commits'),
    named: [PROMPT],
    says: /counted below/,
  },
  {
    name: 'a row of the index of prompts',
    change: swap(/(<ol class="prompts">\n<li[^>]*><a[^>]*><span>)[^<]*/, '$1Burn it'),
    named: [PROMPT],
    says: /index of prompts/,
  },
  { name: 'the outcome', change: swap(/(<p class="outcome">)[^<]*/, '$1It burned.'), named: ['around'], says: /cover/ },
  { name: 'a figure of the cover', change: swap(/(<dt>Calls<\/dt><dd>)2/, '$17'), named: ['around'], says: /cover/ },
  {
    name: 'a file of the cover',
    change: swap(/(<section class="files">[\s\S]*?<span class="name">)[^<]*/, '$1secrets.txt'),
    named: ['around'],
    says: /cover/,
  },
  {
    name: 'a box that is closed for a reader and open for a browser',
    change: before(PROMPT, '<div hidden/>\n'),
    named: ['around'],
    says: /slash/,
  },
  {
    name: 'a second body at the end, whose attributes the first one takes',
    change: swap('</footer>', '</footer><body hidden>'),
    named: ['around'],
    says: /twice/,
  },
  {
    name: 'a class of our own that hides, around a turn',
    change: inTurn(DONE, (element) => `<div class="visually-hidden">\n${element}</div>\n`),
    named: [DONE],
    says: /may not be seen/,
  },
  {
    name: 'an answer in a fold for looks at files',
    change: inTurn(DONE, (element) => `<details class="run"><summary>3 reads</summary>\n${element}</details>\n`),
    named: [DONE],
    says: /folded away/,
  },
  {
    name: 'a picture of words between turns',
    change: before(DONE, '<p><img src="/a.png" alt=""></p>\n'),
    named: [EDITED],
    says: /<img>/,
  },
  {
    name: 'a field with words between turns',
    change: before(DONE, '<input value="Here the agent lied" disabled>\n'),
    named: [EDITED],
    says: /<input>/,
  },
  {
    name: 'words for who has no scripts',
    change: before(DONE, '<noscript><p>Here the agent lied.</p></noscript>\n'),
    named: [EDITED],
    says: /<noscript>/,
  },
  {
    name: 'a heading that says it goes on from the page before',
    change: before(DONE, '</section>\n<section class="exchange continued">\n<h2>Here the agent lied</h2>\n'),
    named: [EDITED],
    says: /only the first turn/,
  },
  {
    name: 'a script in an address that is spelt with references',
    change: swap('</main>', '<a href="java&#x73;cript:alert(1)">next</a></main>'),
    named: ['around'],
    says: /nobody knows how to read/,
  },
  {
    name: 'a drawing that holds more than lines',
    change: swap('</main>', '<svg viewBox="0 0 9 9"><foreignObject><p>Lies</p></foreignObject></svg></main>'),
    named: ['around'],
    says: /does not belong/,
  },
  {
    name: 'words above the turns',
    change: swap('<div class="talk', '<p>The agent lied.</p><div class="talk'),
    named: [],
    only: 'nobody',
  },
  {
    name: 'a note as its owner could have written it',
    change: before(DONE, '<aside class="written prose" aria-label="Note"><p>It lied</p></aside>\n'),
    named: [],
    only: 'nobody',
  },
  { name: 'the title', change: swap(/<h1[^>]*>[^<]*/, '$& and lies'), named: [], only: 'nobody' },
];

/** The same page from another version: words and addresses are held, and it is said. */
export const otherVersion = {
  honest: (html: string) => html.replace(/renderer \d+/, 'renderer 3').replaceAll('<time ', '<time class="hour" '),
  tampered: (html: string) => otherVersion.honest(html).replace('tree is planted.', 'tree is planned.'),
  link: (html: string) => otherVersion.honest(html).replace('"https://example.org/', '"https://example.net/'),
  hidden: (html: string) => otherVersion.honest(html).replace(/(<article[^>]*)>/, '$1 hidden>'),
};
