/** The head of a Markdown file: YAML between two lines of three hyphens. */
/** The one file that knows the YAML library. What is in the head is data: no tag of it makes anything but text, numbers and lists. */

import { parse } from 'yaml';
import { messageOf } from '../../base/errors.ts';

export interface FrontMatter {
  readonly head: unknown;
  /** What follows, without the blank lines between. */
  readonly text: string;
}

const BLOCK = /^\ufeff?---[ \t]*\n(.*?)(?:^|\n)---[ \t]*(?:\n|$)/s;

/** A file without a head is all text. `problem`: what is wrong with the YAML. */
export function splitFrontMatter(source: string): FrontMatter | { readonly problem: string } {
  const lines = source.replaceAll('\r\n', '\n');
  const block = BLOCK.exec(lines);
  if (block === null) return { head: {}, text: lines };
  try {
    const head: unknown = parse(block[1] ?? '', {
      schema: 'core',
      maxAliasCount: 20,
      prettyErrors: true,
      logLevel: 'error',
    });
    return { head: head ?? {}, text: lines.slice(block[0].length).replace(/^(?:[ \t]*\n)+/, '') };
  } catch (error) {
    return { problem: messageOf(error).split('\n', 1)[0] ?? '' };
  }
}
