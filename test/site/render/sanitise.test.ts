/** The last gate: what it lets pass at first sight is what its rules let pass. */

import { describe, expect, it } from 'vitest';
import { isAllowed, isAllowedTag } from '../../../src/site/render/sanitise.ts';

const NAMES =
  'p ul li h2 h3 br hr ol th td code span div pre details summary article a img time header script b x em emx'.split(
    ' ',
  );
const ATTRIBUTES = [
  '',
  ' class="a"',
  ' class="turn turn-user"',
  ' class=""',
  ' class="a  b"',
  ' class="A"',
  ' class="a\nb"',
  ' class="a" class="b"',
  ' class="a" dir="auto"',
  ' class="a" dir="rtl"',
  ' class="a" open',
  ' class="a" open="x"',
  ' class="a" onclick="x"',
  ' class="a" id="t-0123456789abcdef"',
  ' class="a" id="t-0123456789abcdeg"',
  ' class="a" href="#t-0123456789abcdef" title="Link to this turn"',
  ' class="a" href="#t-0123456789abcdef" title="a&quot; b"',
  ' class="a" href="#t-0123456789abcdef" title="a" style="x"',
  ' class="a" href="javascript:x" title="a"',
  ' datetime="2026-01-02T00:00:00.000Z"',
  ' datetime="x"',
  ' href="https://example.org/" rel="nofollow ugc noopener noreferrer"',
  ' onclick="x"',
  ' /',
  ' ',
  '\n',
  '/',
];

describe('a tag', () => {
  it('passes exactly when the rules say so, whatever is around it', () => {
    let passed = 0;
    for (const name of NAMES) {
      for (const attributes of ATTRIBUTES) {
        for (const tag of [`<${name}${attributes}>`, `</${name}${attributes}>`, `<${name}${attributes}`]) {
          const allowed = isAllowedTag(tag);
          if (allowed) passed++;
          expect([tag, isAllowed(tag)]).toEqual([tag, allowed]);
          // What stands behind a tag that was cut off ends it.
          if (tag.endsWith('>')) expect([tag, isAllowed(`a <p>${tag}</p> > b`)]).toEqual([tag, allowed]);
        }
      }
    }
    expect(passed).toBeGreaterThan(100);
  });

  it('that is not whole, or not one, does not pass', () => {
    for (const html of ['<', '<p', '< p>', '<p <b>', '<!-- -->', '<?x>', '<P>', '<p\u0000>', '<<p>>']) {
      expect([html, isAllowed(html)]).toEqual([html, false]);
    }
  });
});
