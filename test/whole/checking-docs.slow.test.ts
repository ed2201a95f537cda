/** The commands of docs/checking.md, as they stand there, against a real site. */
/** Runs where the machine has the tools; what they print is held against what was published. */

import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openOrchard } from './orchard.ts';

const TOOLS = ['bash', 'curl', 'jq', 'openssl', 'zstd', 'od', 'base64'];
const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
const docs = readFileSync(join(import.meta.dirname, '../../docs/checking.md'), 'utf8');
const blocks = [...docs.matchAll(/```sh checking\n([\s\S]*?)```/g)].map(([, block = '']) => block);

it.skipIf(missing.length > 0)('has commands that check a site with stock tools', async () => {
  const orchard = await openOrchard();
  try {
    const [id = ''] = orchard.ids;
    const script = [`page=${id}`, ...blocks].join('\n').replace(/^site=.*$/m, `site=${orchard.server.url}`);
    expect(script).toContain(orchard.server.url);
    const run = (text: string) =>
      promisify(execFile)('bash', ['-euo', 'pipefail', '-c', text], { cwd: orchard.place.folder });
    const { stdout } = await run(script);
    expect(stdout).toContain('Signature Verified Successfully');
    expect(stdout).toMatch(/^test\.example\/orchard\+[0-9a-f]{8}\+/);
    expect(stdout).toMatch(/tree is planted\.\n/);
    expect(stdout).toContain(`test.example/orchard/${id}`);
    const other = script.replace('sed -n 1,3p note > note.txt', 'sed -n 1,3p note | sed 2s/.*/99/ > note.txt');
    expect((await run(other)).stdout).not.toContain('Verified Successfully');
  } finally {
    await orchard.close();
  }
});
