/** Hands the public site to Netlify by its own program, which knows the account and the site. */
/** That program is the person's to install and to log in with: no token passes through here. */

import { spawn } from 'node:child_process';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { HEARD_MS, mayBeInterrupted } from '../machine/signals.ts';
import { type HandedOver, listSiteFiles } from './site-files.ts';

export async function handToNetlify(context: Context): Promise<HandedOver> {
  const { publicDir, world } = context;
  const args = ['deploy', '--prod', '--no-build', '--dir', publicDir];
  const typed = `netlify ${args.join(' ')}`;
  const end = await new Promise<number | string | null>((resolve, reject) => {
    // what it prints is for the person: stdout is for results
    const child = spawn('netlify', args, { cwd: world.cwd, stdio: ['inherit', 2, 2] });
    child.once('error', ({ message }) =>
      reject(
        new UsageError(
          `Netlify's program cannot be started here (${message}). Where it is installed ("npm install --global netlify-cli"), this does it: ${typed}`,
        ),
      ),
    );
    child.once('close', (code, signal) => {
      if (mayBeInterrupted({ code, signal })) setTimeout(() => resolve(code ?? signal), HEARD_MS);
      else resolve(code ?? signal);
    });
  });
  if (end !== 0) throw new UsageError(`"${typed}" ended with ${end}`);
  return { written: listSiteFiles(publicDir).length, removed: 0, unchanged: 0, says: 'Netlify has the site' };
}
