/** Runs scripts of package.json at once: `node test/at-once.ts types lint test:fast`. Fails when one of them does. */
/** Each keeps no core busy for the whole of its time. The last one speaks while it runs, the others when they end. */

import { spawn } from 'node:child_process';

const names = process.argv.slice(2);
const codes = await Promise.all(names.map((name, i) => run(name, i === names.length - 1)));
process.exitCode = codes.find((code) => code !== 0) ?? 0;

function run(name: string, speaks: boolean): Promise<number> {
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', speaks ? 'inherit' : 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => said.push(bytes));
  child.stderr?.on('data', (bytes: Buffer) => said.push(bytes));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (said.length > 0) process.stderr.write(Buffer.concat(said));
      process.stderr.write(`${name}: ${code === 0 ? 'ok' : 'failed'}\n`);
      resolve(code ?? 1);
    });
  });
}
