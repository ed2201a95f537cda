/** Makes the demo archive of this repository: reads its sessions and publishes all of them (`npm run demo`). */
/** The archive log is made anew each time, so that it is what one publish of today's sessions gives; a test does the same and compares. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../src/cli/program.ts';
import { DEMO_NOW, writeDemoKey } from './demo.ts';

const root = join(import.meta.dirname, '..', '..');
const archive = join(root, 'archive');
const folder = mkdtempSync(join(tmpdir(), 'turnpress-demo-'));
const world = {
  cwd: root,
  home: folder,
  env: {},
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => DEMO_NOW,
};

try {
  let code = await runProgram(
    world,
    ['ingest', '--trust', '--settle', join(root, 'content', 'demo-sessions')],
    '0.0.0',
  );
  for (const made of ['log', 'private/log.db', 'private/keys'])
    rmSync(join(archive, made), { recursive: true, force: true });
  writeDemoKey(archive);
  if (code === 0)
    code = await runProgram(world, ['publish', '--yes', '--trust', '--output', join(folder, 'site')], '0.0.0');
  process.exitCode = code;
} finally {
  // else what is read later would be signed with it
  rmSync(join(archive, 'private', 'keys'), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}
