/** `turnpress doctor`: what would keep the other commands from working, and the way out. */
/** Reads only. Exit code 2 when something needs mending, 4 when the archive is damaged. */

import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDamage } from '../../archive/archive.ts';
import { messageOf } from '../../base/errors.ts';
import { discover, IMPORTERS } from '../../ingest/ingest.ts';
import { plural } from '../../model/counts.ts';
import { shortId } from '../../model/ids.ts';
import { exitFor, hasArchive, openToRead } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import { readConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../errors.ts';
import { listRemotes, listTrackedPrivate } from '../machine/git.ts';
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
  const config = readConfig(context.configFile, context.configNamed);
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
      if (open > titles.length) line(`    and ${(open - titles.length).toLocaleString('en')} more`);
    }
    if (report.heldCount > 0) context.print(style.bold('private, because not every part of them is public:'));
    for (const { id, title, because } of report.held)
      context.print(`  ${shortId(id)} ${oneLine(`${title} (${because.join(', ')})`, columns - 20)}`);
    line(`${report.public.toLocaleString('en')} public, ${report.private.toLocaleString('en')} private`);
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
    accessSync(context.archiveDir, constants.W_OK);
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
      return [
        {
          what,
          state: 'ok',
          says: `${context.shown(context.archiveDir)}, origin ${archive.info.origin}, ${plural(conversations, 'conversation')}, ${plural(turns, 'turn')}`,
        },
      ];
    } finally {
      archive.close();
    }
  } catch (error) {
    return [{ what, state: 'bad', says: messageOf(error) }];
  }
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
  const folder = join(import.meta.dirname, '..', '..', '..', 'node_modules', '@pagefind');
  const parent = join(import.meta.dirname, '..', '..', '..', '..', '@pagefind');
  if (existsSync(folder) || existsSync(parent))
    return { what, state: 'ok', says: 'Pagefind is installed for this platform' };
  return {
    what,
    state: 'bad',
    says: 'Pagefind has no program for this platform here: install again without --omit=optional',
  };
}
