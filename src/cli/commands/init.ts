/** `turnpress init`: a folder with a new archive, ready for git and a static host. */
/** What is there already is never overwritten. */

import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createArchive } from '../../archive/archive.ts';
import { isOrigin } from '../../archive/format/format.ts';
import { makeNamedFolder } from '../../base/disk.ts';
import type { CommandOptions } from '../command.ts';
import { readConfig } from '../config.ts';
import { type Context, createContext } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { hasArchive } from '../machine/private.ts';
import { readVersion } from '../version.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const folder = resolve(context.world.cwd, args[0] ?? '.');
  makeNamedFolder(folder);
  const inside = createContext(
    { ...context.world, cwd: folder },
    {
      ...(typeof options.archive === 'string' ? { archive: options.archive } : {}),
      ...(typeof options.config === 'string' ? { config: options.config } : {}),
    },
  );
  if (hasArchive(inside))
    throw new UsageError(`${context.shown(inside.archiveDir)} is an archive already; nothing was changed`);
  const made = createFolder(inside, options);
  context.printJson({ folder, made });
  context.print(`${folder}\n${made.map((name) => `  ${name}`).join('\n')}`);
  context.print(`next: ${folder === context.world.cwd ? '' : `cd ${args[0]} && `}turnpress`);
  return EXIT.done;
}

/** Creates the archive and whatever of the rest is missing. Returns the paths that were made, below the folder. */
export function createFolder(context: Context, options: CommandOptions): readonly string[] {
  const root = dirname(context.contentDir);
  const title = typeof options.title === 'string' ? options.title : 'Agent sessions';
  const url = typeof options.url === 'string' ? options.url : undefined;
  const made: string[] = [];
  const write = (path: string, text: string) => {
    if (existsSync(path)) return;
    makeNamedFolder(dirname(path));
    writeFileSync(path, text);
    made.push(context.shown(path));
  };
  write(
    context.configFile,
    `${JSON.stringify({ title, description: 'Conversations with AI agents', ...(url === undefined ? {} : { url }), publish: [] }, undefined, 2)}\n`,
  );
  const config = readConfig(context.configFile, true);
  createArchive(context.archiveDir, { origin: originOf(context, options, config.url), nowMs: context.world.now() });
  made.push(context.shown(join(context.archiveDir, 'archive.json')));
  write(join(root, '.gitignore'), '_site/\n_site.tmp/\n_private/\n_private.tmp/\nprivate/\nnode_modules/\n');
  write(join(root, '.gitattributes'), `${basename(context.archiveDir)}/** -text\n`);
  write(join(root, 'netlify.toml'), netlifyFile());
  return made;
}

/** What tells this archive's logs from all others. Given, or the host of the site, or a random name. */
function originOf(context: Context, options: CommandOptions, url: string): string {
  if (typeof options.origin === 'string') {
    if (!isOrigin(options.origin))
      throw new UsageError('--origin is one name without spaces, + or invisible characters, like example.org/turns');
    return options.origin;
  }
  const host = new URL(url).hostname;
  if (host !== 'localhost') return `${host}/archive`;
  return `turnpress.invalid/${context.world.now().toString(36)}-${basename(dirname(context.contentDir)).replace(/[^\w.-]/g, '-')}`;
}

/** Names this very version: a host must not run whatever has the name one day. */
function netlifyFile(): string {
  return `# Builds the public part of the archive. What is public stands in content/site.json.
[build]
  command = "npx --yes turnpress@${readVersion()} build --public"
  publish = "_site"

[build.environment]
  NODE_VERSION = "24"
`;
}
