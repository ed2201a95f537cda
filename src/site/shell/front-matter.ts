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
/** What follows the hyphens is a member, and not the text below a rule. */
const UNENDED = /^\ufeff?---[ \t]*\n[a-z]+:(?:\s|$)/;

/** A file without a head is all text. `problem`: what is wrong with the YAML. */
export function splitFrontMatter(source: string): FrontMatter | { readonly problem: string } {
  const lines = source.replaceAll('\r\n', '\n');
  const block = BLOCK.exec(lines);
  if (block === null)
    return UNENDED.test(lines) ? { problem: 'line 1: its head has no end: three hyphens' } : { head: {}, text: lines };
  try {
    // with the line of the hyphens, so that an error names the line of the file
    const head: unknown = parse(`\n${block[1] ?? ''}`, {
      schema: 'core',
      maxAliasCount: 20,
      prettyErrors: true,
      logLevel: 'error',
    });
    return { head: head ?? {}, text: lines.slice(block[0].length).replace(/^(?:[ \t]*\n)+/, '') };
  } catch (error) {
    return { problem: messageOf(error).split('\n', 1)[0]?.replace(/:$/, '') ?? '' };
  }
}

/** The line of the file on which a member of the head stands, from 1; undefined: it is not there. */
export function findLine(source: string, member: string): number | undefined {
  const lines = (BLOCK.exec(source.replaceAll('\r\n', '\n'))?.[0] ?? '').split('\n');
  const at = lines.findIndex((line) => /^["']?(\w+)["']?\s*:/.exec(line)?.[1] === member);
  return at === -1 ? undefined : at + 1;
}
