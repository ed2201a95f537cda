/** A block of code or output that scrolls inside itself. */
/** Focusable, so that a keyboard can scroll it; a group with a name, so that a screen reader says what it is. */

import { type SafeHtml, trustHtml } from '../../base/html.ts';
import type { Allowance } from './allowance.ts';
import { findLanguage, highlightCode } from './highlight.ts';
import { visibleText } from './text/visible-text.ts';

interface CodePlace {
  /** No classes, no colours. */
  readonly bare: boolean;
  readonly allowance: Allowance;
}

/** A block of source code. `language` is what the text claims; only known ones colour it. */
export function renderCode(code: string, language: string, where: CodePlace): SafeHtml {
  const body = code.replace(/\n$/, '');
  if (where.bare) return trustHtml(`<pre><code>${visibleText(body)}</code></pre>\n`);
  const known = findLanguage(language);
  const label = known === undefined ? 'Code' : `Code: ${known}`;
  return scrollBlock('code', label, highlightCode(body, known, where.allowance));
}

/** A `<pre>` with a class and a label of ours around safe HTML. */
export function scrollBlock(className: string, label: string, body: SafeHtml): SafeHtml {
  return trustHtml(
    `<pre class="${className}" role="group" aria-label="${label}" tabindex="0"><code>${body}</code></pre>\n`,
  );
}
