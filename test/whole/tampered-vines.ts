/** Ways to change what stands beside the turns: the pages of test/whole/vineyard.ts, one row each. */
/** Forks, facts, the place of the answer, what a host says around it; `check` and a page's own check are both held against it. */

export interface TamperedVine {
  readonly name: string;
  /** Kind of page. */
  readonly kind: string;
  readonly change: (html: string) => string;
  /** Undefined: nobody minds, and the answer says that it was not compared. */
  readonly says?: RegExp;
}

const swap = (from: string | RegExp, to: string) => (html: string) => html.replace(from, to);
const FORK = /<aside class="fork" [\s\S]*?<\/aside>\n/;

export const tamperedVines: readonly TamperedVine[] = [
  {
    name: 'the prompt of another way, in the box of a fork',
    kind: 'main',
    change: swap(/(<aside class="fork"[\s\S]*?)Leave it\./, '$1Burn it.'),
    says: /other ways below it is changed/,
  },
  {
    name: 'how another way ended',
    kind: 'main',
    change: swap(/(<aside class="fork"[\s\S]*?)It stays\./, '$1It burns.'),
    says: /other ways below it is changed/,
  },
  {
    name: 'the way that the page goes on',
    kind: 'main',
    change: swap(/(<li class="here"><p><a[^>]*>)Cut it\./, '$1Keep it.'),
    says: /other ways below it is changed/,
  },
  {
    name: 'the name of another way',
    kind: 'main',
    change: swap(/(<aside class="fork"[\s\S]*?<small>)b-12345678/, '$1b-99999999'),
    says: /other ways below it is changed/,
  },
  {
    name: 'where another way leads',
    kind: 'main',
    change: swap(/(<aside class="fork"[\s\S]*?)\/b\/b-12345678\//, '$1/b/b-87654321/'),
    says: /leads elsewhere/,
  },
  {
    name: 'where the way of the page leads',
    kind: 'main',
    change: swap(/(<li class="here"><p><a href=")[^"]*/, '$1https://elsewhere.invalid/'),
    says: /leads elsewhere/,
  },
  { name: 'the box of a fork left out', kind: 'main', change: swap(FORK, ''), says: /does not say so/ },
  {
    name: 'the box of a fork, twice',
    kind: 'main',
    change: (html) => html.replace(FORK, (box) => box + box),
    says: /no other way left/,
  },
  {
    name: 'a fork where nobody went another way',
    kind: 'long',
    change: swap(
      /<\/article>\n(?=<article)/,
      '</article>\n<aside class="fork" aria-label="Fork"><p>Here the conversation went two ways</p></aside>\n',
    ),
    says: /no other way left/,
  },
  {
    name: 'a fork at another turn',
    kind: 'main',
    change: (html) =>
      html.replace(FORK, '').replace(/<\/section>\n<\/div>/, (end) => (FORK.exec(html)?.[0] ?? '') + end),
    says: /does not say so/,
  },
  {
    name: 'one way of two left out',
    kind: 'main',
    change: swap(/(<aside class="fork"[\s\S]*?)<li><p><a[\s\S]*?<\/li>\n/, '$1'),
    says: /other ways below it is changed/,
  },
  {
    name: 'where a branch comes from',
    kind: 'branch',
    change: swap(/(It left <a href="[^"]*#t-)[0-9a-f]{16}/, '$10000000000000000'),
    says: /of another turn that the branch left/,
  },
  {
    name: 'another name of the branch',
    kind: 'branch',
    change: swap(/(<aside class="fork origin"[\s\S]*?<small>)b-12345678/, '$1main'),
    says: /of another turn that the branch left/,
  },
  {
    name: 'the agent',
    kind: 'main',
    change: swap('>Codex</a></dd>', '>Claude Code</a></dd>'),
    says: /fact at the top/,
  },
  { name: 'the project', kind: 'main', change: swap('>vines</a></dd>', '>wines</a></dd>'), says: /fact at the top/ },
  {
    name: 'when it started',
    kind: 'main',
    change: swap(/(<dt>Started<\/dt><dd><time[^>]*>)2 Jan 2026/, '$12 Jan 2019'),
    says: /fact at the top/,
  },
  {
    name: 'a fact that nobody told',
    kind: 'main',
    change: swap('<dl class="facts">\n', '<dl class="facts">\n<div><dt>Verified by</dt><dd>the police</dd></div>\n'),
    says: /fact at the top/,
  },
  {
    name: 'an answer before anybody asked',
    kind: 'main',
    change: swap('<div role="status"></div>', '<div role="status"><p>✓ All turns are as published.</p></div>'),
    says: /before anybody asked/,
  },
  {
    name: 'an answer beside the place of the answer',
    kind: 'main',
    change: swap('<div role="status">', '<p>✓ All turns are as published.</p><div role="status">'),
    says: /before anybody asked/,
  },
  {
    name: 'a turn that is read from right to left',
    kind: 'main',
    change: swap('<div class="talk">', '<div class="talk" dir="rtl">'),
    says: /may not be seen|order/,
  },
  {
    name: 'a turn that is shown as text to be typed over',
    kind: 'main',
    change: swap('<div class="talk">', '<div class="talk" contenteditable="true">'),
    says: /may not be seen|typed/,
  },
  {
    name: 'all turns in a class that only scripts show',
    kind: 'main',
    change: swap('<main id="content" class="wide"', '<main id="content" class="wide visually-hidden"'),
    says: /may not be seen/,
  },
  {
    name: 'another page in the place of the page, after a while',
    kind: 'main',
    change: swap('<meta name="viewport"', '<meta http-equiv="Refresh" content="0;url=/lies/"><meta name="viewport"'),
    says: /<meta>/,
  },
  {
    name: 'all addresses from elsewhere',
    kind: 'main',
    change: swap('<meta charset="utf-8">', '<meta charset="utf-8"><base href="https://elsewhere.invalid/">'),
    says: /<base>/,
  },
  {
    name: 'other letters',
    kind: 'main',
    change: swap('<meta charset="utf-8">', '<meta charset="utf-7">'),
    says: /letters/,
  },
  {
    name: 'a picture that covers, at the foot',
    kind: 'main',
    change: swap('</footer>', '<img src="/assets/lies.png" alt="">\n</footer>'),
    says: /<img>/,
  },
  { name: 'words in front of the page', kind: 'main', change: swap('<main', '<div>The agent lied.</div>\n<main') },
  { name: 'words behind the page', kind: 'main', change: swap('</main>', '</main>\n<p>The agent lied.</p>') },
  {
    name: 'words in the header of the conversation',
    kind: 'main',
    change: swap('</h1>', '</h1><p>It is not cut.</p>'),
  },
];
