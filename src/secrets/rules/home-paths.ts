/** Home directories, shortened to `~`: a path of a home names its owner. */
/** All spellings that agents write: both slashes, escaped, percent-encoded, and the folder slugs of Claude Code. */

import type { Finding, Report } from '../finding.ts';

export const HOME_HINT = /(?:home|Users)(?:\/|\\|%2[fF]|%5[cC]|-)|-Users-|-home-/;

/** Reports each home directory with the replacement `~`, in order, without overlaps. */
export function findHomePaths(text: string, report: Report): void {
  const found: Finding[] = [];
  NAME.lastIndex = 0;
  for (let name = NAME.exec(text); name !== null; name = NAME.exec(text)) {
    const from = Math.max(0, name.index - BEFORE);
    const piece = text.slice(from, name.index + AFTER);
    for (const pattern of [HOME, SLUG]) {
      pattern.lastIndex = 0;
      for (let match = pattern.exec(piece); match !== null; match = pattern.exec(piece)) {
        const [start, end] = [from + match.index, from + match.index + match[0].length];
        if (start > name.index) break;
        // At the cut the character before is out of sight.
        if (end <= name.index || (match.index === 0 && from > 0) || NOBODY.test(match.groups?.user ?? '')) continue;
        found.push({ rule: 'home', start, end, value: match[0], replacement: '~' });
      }
    }
  }
  let done = 0;
  for (const finding of found.sort((a, b) => a.start - b.start)) {
    if (finding.start < done) continue;
    report(finding);
    done = finding.end;
  }
}

/** The word that every home path holds; the patterns are tried around it only. */
const NAME = /(?:home|[Uu]sers)(?=[/\\%-])/g;
const BEFORE = 32;
const AFTER = 160;

const SEPARATOR = '(?:\\\\{0,4}\\/|\\\\{1,4}|%2[fF]|%5[cC])';
const USER =
  "(?<user>[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}_.'@-]{0,62}[\\p{L}\\p{N}_$-])?(?: [\\p{L}\\p{N}._-]{1,32}(?=\\\\))?)";
const HOME = new RegExp(
  `(?:(?<=\\\\[nrt])|(?<![\\p{L}\\p{N}_.~%)}\\]-]))(?:(?:\\/(?:mnt\\/|cygdrive\\/)?[a-zA-Z])?${SEPARATOR}(?:home|Users)|[A-Za-z](?::|%3[aA])${SEPARATOR}[Uu]sers)${SEPARATOR}${USER}`,
  'gu',
);
const SLUG =
  /(?:(?<![\w.-])(?:[A-Za-z]-)?-Users-|(?<=projects[/\\]|^)(?:[A-Za-z]-)?-(?:home|Users)-)(?<user>[A-Za-z0-9_.]{1,64})/g;
const NOBODY = /^(?:Shared|Public|Default|All Users|linuxbrew)$/;
