/** `turnpress doctor`: what would keep the other commands from working, and the way out. */
/** Reads only. Exit code 2 when something needs mending, 4 when the archive is damaged. */

import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchiveReader, isDamage } from '../../archive/archive.ts';
import { messageOf } from '../../base/errors.ts';
import { PROGRAM_FOLDER } from '../../base/program/program-folder.ts';
import { discover, IMPORTERS } from '../../ingest/ingest.ts';
import { formatCount, plural } from '../../model/counts.ts';
import { shortId } from '../../model/ids.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { visibilityOf } from '../../model/visibility.ts';
import { type ArchiveLog, ArchiveLogError, fingerprintOf, parseVerifierKey } from '../../replica/log/log.ts';
import { exitFor, openToRead, readRules } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import { readConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { EXIT, isSystemError } from '../errors.ts';
import { listRemotes, listTrackedPrivate } from '../machine/git.ts';
import { hasArchive, isCopy } from '../machine/private.ts';
import { openLog } from '../publishing/published.ts';
import { oneLine } from '../terminal.ts';
import { reportVisibility } from '../visibility.ts';

interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'hint' | 'bad';
  readonly says: string;
}

export async function run(context: Context, _args: readonly string[], options: CommandOptions): Promise<number> {
  if (options.visibility === true) return showVisibility(context);
  const findings = [
    nodeFinding(),
    configFinding(context),
    ...archiveFindings(context),
    ...publishFindings(context),
    ...agentFindings(context),
    ...gitFindings(context),
    searchFinding(),
  ];
  context.printJson(findings);
  const { style } = context;
  const sign = { ok: style.green('ok  '), hint: style.yellow('hint'), bad: style.red('bad ') };
  for (const finding of findings) context.print(`${sign[finding.state]}  ${finding.what}: ${finding.says}`);
  if (findings.some((f) => f.what === 'archive' && f.state === 'bad')) return EXIT.damaged;
  return findings.some((f) => f.state === 'bad') ? EXIT.usage : EXIT.done;
}

function showVisibility(context: Context): number {
  const config = readRules(context);
  const archive = openToRead(context);
  try {
    const report = reportVisibility(archive, config);
    context.printJson(report);
    const { style, columns } = context;
    const line = (text: string): void => context.print(`${/^ */.exec(text)?.[0] ?? ''}${oneLine(text, columns - 4)}`);
    for (const { rule, decides, public: open, titles, places } of report.rules) {
      const { visibility, ...matchers } = rule;
      const fits = Object.entries(matchers).map(([name, value]) => `${name} "${value}"`);
      const effect =
        visibility === 'private'
          ? `keeps ${plural(decides, 'conversation')} in`
          : `lets ${plural(open, 'conversation')} out`;
      context.print(style.bold(oneLine(`${visibility}: ${fits.join(', ')}`, columns)));
      line(decides === 0 ? '  fits nothing in this archive' : `  ${effect}`);
      if (open > 0) line(`  held in ${places.slice(0, 4).join(', ')}${places.length > 4 ? ', …' : ''}`);
      for (const title of titles) context.print(`    ${oneLine(title, columns - 4)}`);
      if (open > titles.length) line(`    and ${formatCount(open - titles.length)} more`);
    }
    if (report.heldCount > 0) context.print(style.bold('private, because not every part of them is public:'));
    for (const { id, title, because } of report.held)
      context.print(`  ${shortId(id)} ${oneLine(`${title} (${because.join(', ')})`, columns - 20)}`);
    line(`${formatCount(report.public)} public, ${formatCount(report.private)} private`);
    return exitFor(archive);
  } finally {
    archive.close();
  }
}

function nodeFinding(): Finding {
  return {
    what: 'node',
    state: 'ok',
    says: `${process.versions.node}, SQLite ${process.versions.sqlite ?? 'built in'}, zstd ${process.versions.zstd ?? 'built in'}`,
  };
}

function configFinding(context: Context): Finding {
  const what = 'configuration';
  try {
    const config = readConfig(context.configFile, context.configNamed);
    if (!existsSync(context.configFile))
      return {
        what,
        state: 'hint',
        says: `no ${context.shown(context.configFile)}: defaults are used; "turnpress init" makes one`,
      };
    const rules = config.publish.length;
    if (new URL(config.url).hostname === 'localhost')
      return {
        what,
        state: 'hint',
        says: `url is ${config.url}: feeds and sitemap need the real address before you publish`,
      };
    return {
      what,
      state: 'ok',
      says: `${context.shown(context.configFile)}, ${rules === 0 ? 'nothing is public' : plural(rules, 'rule')}`,
    };
  } catch (error) {
    return { what, state: 'bad', says: messageOf(error) };
  }
}

function archiveFindings(context: Context): Finding[] {
  const what = 'archive';
  if (!hasArchive(context))
    return [{ what, state: 'hint', says: `none in ${context.shown(context.archiveDir)} yet: "turnpress" makes one` }];
  try {
    const archive = openToRead(context);
    try {
      const { conversations, turns } = archive.countConversations();
      const damaged = archive.damage.filter(isDamage).length;
      if (damaged > 0)
        return [
          {
            what,
            state: 'bad',
            says: `${plural(damaged, 'damaged place')}: "turnpress verify" names each`,
          },
        ];
      const held = `${context.shown(context.archiveDir)}, origin ${archive.info.origin}, ${plural(conversations, 'conversation')}, ${plural(turns, 'turn')}`;
      return mayWrite(context.archiveDir)
        ? [{ what, state: 'ok', says: held }]
        : [{ what, state: 'hint', says: `${held}; you may read it and not write to it` }];
    } finally {
      archive.close();
    }
  } catch (error) {
    return [{ what, state: 'bad', says: messageOf(error) }];
  }
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** What is published, by which key, and what the next publish would change by the rules alone: nothing is looked into. */
function publishFindings(context: Context): Finding[] {
  const what = 'published';
  if (!hasArchive(context) || isCopy(context)) return [];
  try {
    const config = readConfig(context.configFile, context.configNamed);
    const archive = openToRead(context);
    try {
      const log = openLog(context, archive, 'read');
      try {
        if (log.size === 0)
          return config.publish.length === 0
            ? []
            : [{ what, state: 'hint', says: 'nothing yet: "turnpress publish --dry-run" shows what would be' }];
        return [countFinding(archive, log, config), ...keyFindings(context, log)];
      } finally {
        log.close();
      }
    } finally {
      archive.close();
    }
  } catch (error) {
    return error instanceof ArchiveLogError ? [{ what, state: 'bad', says: messageOf(error) }] : [];
  }
}

function countFinding(archive: ArchiveReader, log: ArchiveLog, config: SiteConfig): Finding {
  const sums = { newly: 0, grown: 0, gone: 0 };
  for (const summary of archive.walkConversations()) {
    const open = summary.meta.joined === undefined && visibilityOf(summary, config) === 'public';
    const size = log.sizeOf(summary.id);
    if (open && size === undefined) sums.newly++;
    else if (open && size !== summary.size) sums.grown++;
    else if (!open && size !== undefined) sums.gone++;
  }
  const { newly, grown, gone } = sums;
  const next = [
    newly > 0 ? `${plural(newly, 'conversation')} new` : '',
    grown > 0 ? `${plural(grown, 'conversation')} grown` : '',
    gone > 0 ? `${plural(gone, 'conversation')} to withdraw` : '',
  ].filter((text) => text !== '');
  const says = `${plural(log.countPublished(), 'conversation')}`;
  if (next.length === 0) return { what: 'published', state: 'ok', says };
  return { what: 'published', state: 'hint', says: `${says}; with the next "turnpress publish" ${next.join(', ')}` };
}

function keyFindings(context: Context, log: ArchiveLog): Finding[] {
  const what = 'key';
  const key = log.listKeys().at(-1)?.key;
  if (key === undefined)
    return [{ what, state: 'hint', says: 'what is published is unsigned: nobody can tell that it is yours' }];
  const { hex, words } = fingerprintOf(parseVerifierKey(key));
  const file = join(context.archiveDir, 'private', 'keys', 'archive.ed25519');
  const says = `fingerprint ${words} (${hex})`;
  return existsSync(file)
    ? [{ what, state: 'ok', says: `${says}, in ${context.shown(file)}: keep a copy of it somewhere safe` }]
    : [{ what, state: 'hint', says: `${says}; it is not on this machine, so nothing can be published from here` }];
}

function agentFindings(context: Context): Finding[] {
  return IMPORTERS.map((importer): Finding => {
    const roots = importer.roots(context.world.home, context.world.env).filter((root) => existsSync(root));
    if (roots.length === 0) return { what: importer.name, state: 'hint', says: 'no sessions on this machine' };
    const found = discover([importer], { paths: roots, home: context.world.home, env: context.world.env }).files.length;
    return { what: importer.name, state: 'ok', says: `${plural(found, 'session file')} in ${roots.join(', ')}` };
  });
}

/** What is private must not be in a repository, and a repository with the archive must not be public. */
function gitFindings(context: Context): Finding[] {
  const what = 'git';
  const tracked = listTrackedPrivate(context.archiveDir, [join(context.archiveDir, 'private'), context.outputDir]);
  if (tracked === undefined || !hasArchive(context)) return [];
  if (tracked.length > 0)
    return [
      {
        what,
        state: 'bad',
        says: `${plural(tracked.length, 'private file')} in the repository, such as ${tracked[0]}: "git rm -r --cached" takes them out of the next commit; earlier ones still hold them`,
      },
    ];
  const remotes = listRemotes(context.archiveDir);
  if (remotes.length === 0) return [{ what, state: 'ok', says: 'nothing private is in the repository' }];
  return [
    {
      what,
      state: 'hint',
      says: `${remotes.join(', ')} gets the whole archive with each push, private conversations too: only you should be able to read it`,
    },
  ];
}

function searchFinding(): Finding {
  const what = 'site search';
  const folder = join(PROGRAM_FOLDER, 'node_modules', '@pagefind');
  const parent = join(PROGRAM_FOLDER, '..', '@pagefind');
  if (existsSync(folder) || existsSync(parent))
    return { what, state: 'ok', says: 'Pagefind is installed for this platform' };
  return {
    what,
    state: 'bad',
    says: 'Pagefind has no program for this platform here: install again without --omit=optional',
  };
}
