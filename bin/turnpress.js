#!/usr/bin/env node
// Starts turnpress. Plain JavaScript that even an old Node reads: it finds a Node that is new enough, or says in one sentence what is needed.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isCurrent } from './bundled.js';

const NEEDED = [22, 18];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const have = process.versions.node.split('.').map(Number);

if (have[0] > NEEDED[0] || (have[0] === NEEDED[0] && have[1] >= NEEDED[1])) {
  const nodeModule = createRequire(import.meta.url)('node:module');
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  if (nodeModule.enableCompileCache && existsSync(dirname(caches))) {
    // Compiled code that is run must not lie where others of this machine can write, as the usual place does.
    const { directory } = nodeModule.enableCompileCache(join(caches, 'turnpress'));
    // Threads keep a cache only when they are told where.
    if (directory && !process.env.NODE_COMPILE_CACHE) process.env.NODE_COMPILE_CACHE = directory;
  }
  // The published package is a bundle alone. Beside the sources one is run only while it says what they say.
  const isBundled = !existsSync(join(root, 'src', 'cli', 'main.ts')) || isCurrent(root);
  const own = `${pathToFileURL(join(root, isBundled ? 'dist' : 'src')).href}/`;
  const format = isBundled ? 'module' : 'module-typescript';
  if (nodeModule.registerHooks) {
    // Every import of ours names its file, so there is nothing to look for: Node would spend half of a command's start on that.
    nodeModule.registerHooks({
      resolve(name, context, next) {
        if (!name.startsWith('.') || !context.parentURL?.startsWith(own)) return next(name, context);
        return { url: new URL(name, context.parentURL).href, format, shortCircuit: true };
      },
    });
  }
  await import(isBundled ? `${own}main.js` : `${own}cli/main.ts`);
} else {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned)) {
    const { spawn } = await import('node:child_process');
    const run = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    // What ends this process ends the one that does the work, which then says with which code.
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, () => run.kill(signal));
    run.on('error', (error) => {
      process.stderr.write(`turnpress: could not start ${pinned}: ${error.message}\n`);
      process.exitCode = 1;
    });
    run.on('close', (code, signal) => {
      process.exitCode = code === null ? 128 + (constants.signals[signal] || 0) : code;
    });
  } else {
    process.stderr.write(
      `turnpress needs Node.js ${NEEDED.join('.')} or newer; this is ${process.versions.node}. Get a newer one from https://nodejs.org\n`,
    );
    process.exitCode = 2;
  }
}
