/** Hands the public site to Netlify by its own program, which knows the account and the site. */
/** That program is the person's to install and to log in with: no token passes through here. */

import { spawnSync } from 'node:child_process';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { type HandedOver, listSiteFiles } from './site-files.ts';

export function handToNetlify(context: Context): HandedOver {
  const { publicDir, world } = context;
  const args = ['deploy', '--prod', '--no-build', '--dir', publicDir];
  // what it prints is for the person: stdout is for results
  const ran = spawnSync('netlify', args, { cwd: world.cwd, stdio: ['inherit', 2, 2] });
  const typed = `netlify ${args.join(' ')}`;
  if (ran.error !== undefined)
    throw new UsageError(
      `Netlify's program cannot be started here (${ran.error.message}). Where it is installed ("npm install --global netlify-cli"), this does it: ${typed}`,
    );
  if (ran.status !== 0) throw new UsageError(`"${typed}" ended with ${ran.status ?? ran.signal}`);
  return { written: listSiteFiles(publicDir).length, removed: 0, unchanged: 0, says: 'Netlify has the site' };
}
