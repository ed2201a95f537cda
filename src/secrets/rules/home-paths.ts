/** Home directories, shortened to `~`: a path of a home names its owner. */
/** All spellings that agents write: both slashes, escaped, percent-encoded, on servers, and the folder slugs of Claude Code. */

import type { Finding, Report } from '../finding.ts';

export const HOME_HINT = /(?:home|[Uu]sers)(?:\/|\\|%2[fF]|%5[cC]|-)|-Users-|-home-/;

/**
 * Reports each home directory with the replacement `~`, in order, without overlaps. `names`: people known by name, whose slugs
 * may have hyphens in them; those whose home stands in the text are known anyway.
 */
export function findHomePaths(text: string, report: Report, names: readonly string[] = []): void {
  const found: Finding[] = [];
  const slugs: Slug[] = [];
  const known = new Set(names.map(slugOf));
  NAME.lastIndex = 0;
  for (let name = NAME.exec(text); name !== null; name = NAME.exec(text)) {
    // what stands right before and behind the word tells which of the patterns it can be part of
    const pattern = text[name.index + name[0].length] === '-' ? SLUG : HOME;
    if (!(pattern === SLUG ? /-/ : /[\\/fFcC]/).test(text[name.index - 1] ?? '')) continue;
    const from = Math.max(0, name.index - BEFORE);
    const piece = text.slice(from, name.index + AFTER);
    pattern.lastIndex = 0;
    for (let match = pattern.exec(piece); match !== null; match = pattern.exec(piece)) {
      const [start, end] = [from + match.index, from + match.index + match[0].length];
      if (start > name.index) break;
      if (end <= name.index) continue;
      const user = match.groups?.user ?? '';
      // At the cut the character before is out of sight.
      if ((match.index === 0 && from > 0) || isNobody(user)) break;
      if (pattern === SLUG) slugs.push({ start, head: end - user.length, user });
      else if (!isRoute(text, start, end, user)) {
        if (known.size < MAX_NAMES) known.add(slugOf(user));
        found.push({ rule: 'home', start, end, value: match[0], replacement: '~' });
      }
      break;
    }
  }
  for (const { start, head, user } of slugs) {
    const end = head + lengthOfName(user, known);
    found.push({ rule: 'home', start, end, value: text.slice(start, end), replacement: '~' });
  }
  let done = 0;
  for (const finding of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (finding.start < done) continue;
    report(finding);
    done = finding.end;
  }
}

/** The owners of the homes that stand in the text, as they are written there. */
export function listOwners(text: string): readonly string[] {
  const owners = new Set<string>();
  findHomePaths(text, ({ value }) => {
    const name = /[^\\/]+$/.exec(value.replace(/%2f|%5c/gi, '/'))?.[0] ?? '';
    if (owners.size < MAX_NAMES && !name.startsWith('-') && name.length > 1) owners.add(name);
  });
  return [...owners];
}

interface Slug {
  readonly start: number;
  /** Where the name begins. */
  readonly head: number;
  /** The name and all that follows it. */
  readonly user: string;
}

const MAX_NAMES = 16;

/** What Claude Code makes of a name in a folder's name. */
function slugOf(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '-').toLowerCase();
}

/** How much of a slug is the name: as much as one that is known; else what stands before a folder that many people have. */
function lengthOfName(slug: string, known: ReadonlySet<string>): number {
  const pieces = slug.split('-');
  for (let count = Math.min(pieces.length, 4); count > 1; count--) {
    const name = pieces.slice(0, count).join('-');
    if (known.has(name.toLowerCase())) return name.length;
  }
  const first = pieces[0] ?? '';
  if (known.has(first.toLowerCase())) return first.length;
  const folder = pieces.findIndex((piece, i) => i > 0 && i < 4 && USUAL_FOLDER.test(piece));
  return folder === -1 ? first.length : pieces.slice(0, folder).join('-').length;
}

const USUAL_FOLDER =
  /^(?:code|src|source|sources|dev|develop|developer|development|work|works|workspace|workspaces|projects?|repos?|repositories|git|github|documents|desktop|downloads|go|sites|www|apps?|tmp|temp|library|config|local|claude|codex|onedrive|dropbox|icloud|personal|wks)$/i;

/** The word that every home path holds; the patterns are tried around it only. */
const NAME = /(?:home|[Uu]sers)(?=[/\\%-])/g;
const BEFORE = 96;
const AFTER = 160;

const SEPARATOR = '(?:\\\\{0,4}\\/|\\\\{1,4}|%2[fF]|%5[cC])';
const USER =
  "(?<user>[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}_.'@-]{0,62}[\\p{L}\\p{N}_$-])?(?: [\\p{L}\\p{N}._-]{1,32}(?=\\\\))?)";
/** What homes may stand under: drives of Windows as Linux shows them, and the places of other systems. */
const UNDER = `(?:\\/(?:mnt\\/|cygdrive\\/)?[a-zA-Z]|${SEPARATOR}(?:var|export|usr|data|nfs|Volumes${SEPARATOR}[\\p{L}\\p{N}_. -]{1,40}|System${SEPARATOR}Volumes${SEPARATOR}Data|host_mnt))`;
const SERVER = '\\\\{2,8}[\\p{L}\\p{N}_.$-]{1,48}(?:\\\\{1,4}[\\p{L}\\p{N}_.$ -]{1,24}){0,2}?';
/** After a flag of one letter (`-I/home/…`) a path begins as well as after anything that is no part of a path. */
const LEFT =
  '(?:(?<=\\\\[nrt])|(?<=(?<![\\p{L}\\p{N}_-])-[A-Za-z])|(?<=\\b(?:file|vscode[a-z-]{0,16}|cursor|windsurf|zed|idea|txmt|subl):\\/\\/(?:localhost|file|vscode-app))|(?<![\\p{L}\\p{N}_.~%}-]))';
const HOME = new RegExp(
  `(?:${LEFT}(?:${UNDER}?${SEPARATOR}(?:home|Users)|[A-Za-z](?::|%3[aA])${SEPARATOR}[Uu]sers)|(?<![\\p{L}\\p{N}\\\\])${SERVER}\\\\{1,4}(?:[Hh]ome|[Uu]sers))${SEPARATOR}${USER}`,
  'gu',
);
const SLUG =
  /(?:(?<![\w.-])(?:[A-Za-z]-)?-Users-|(?<=projects[/\\]|^)(?:[A-Za-z]-)?-(?:var-|export-)?(?:home|Users)-)(?<user>[A-Za-z0-9_.]{1,64}(?:-[A-Za-z0-9_.]{1,64}){0,3})/g;

function isNobody(user: string): boolean {
  return /^(?:Shared|Public|Default|All Users|linuxbrew)$/.test(user);
}

/** `"/home/dashboard"`: a page of a site. Its first word is one that pages have, and it stands in code. */
function isRoute(text: string, start: number, end: number, user: string): boolean {
  if (/\.(?:html?|[cm]?[jt]sx?|vue|svelte|php|css|scss|png|svg|jpe?g|json|md|dart|py|rb)$/i.test(user)) return true;
  if (!PAGE.test(user)) return false;
  const before = text[start - 1] ?? '';
  // On a disk such a name is followed by folders that a home has; on a site the word stands between quotes or ends the text.
  return /["'`([<>=]/.test(before) || /["'`?#)]/.test(text[end] ?? '');
}

const PAGE =
  /^(?:dashboard|about|index|pages?|settings|profile|search|news|feed|main|content|components?|layout|header|footer|hero|banner|contact|help|login|logout|signup|register|account|explore|notifications?|users?|posts?|products?|shop|cart|blog|docs|api|assets|images?|img|views?|screens?|home|list|new|edit|me|details?|overview|orders?|messages?|inbox|services?|features?|pricing|faq|welcome|landing|sections?|tabs?|widgets?|events?|videos?|gallery|category|categories|all|favorites|create|update|delete|id|current)$/i;
