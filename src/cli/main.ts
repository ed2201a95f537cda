/** The program: the process on one side, the commands on the other. */
/** The only file that reads process.env and sets the exit code. */

import { homedir } from 'node:os';
import { TurnpressError } from '../base/errors.ts';
import { EXIT, exitCodeOf, isSystemError } from './errors.ts';
import { findAsker } from './machine/ask.ts';
import { tellInSources } from './machine/own-stack.ts';
import { holdUntilReleased, releaseAll } from './machine/signals.ts';
import { describeSystemError } from './machine/system-errors.ts';
import { runProgram } from './program.ts';
import { cleanText } from './terminal.ts';
import { readVersion } from './version.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `turnpress log | head` closes the pipe early: that is no failure.
  if (error.code !== 'EPIPE') say(error);
  releaseAll();
  process.exit(error.code === 'EPIPE' ? EXIT.done : exitCodeOf(error));
});
process.stderr.on('error', () => {}); // there is nobody to tell
let done = false;
// Nothing is left that could wake this process, and the command has not come to its end: whatever it did, it did not do what was asked.
process.on('beforeExit', () => {
  if (done) return;
  say(new Error('the command waits for something that never comes'));
  releaseAll();
  process.exit(EXIT.bug);
});
process.on('uncaughtException', (error) => {
  say(error);
  releaseAll();
  process.exit(exitCodeOf(error));
});
// Node 22 warns that its SQLite is experimental; people who type `turnpress` need not read that.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${cleanText(warning.message)}\n`);
});

const ask = findAsker(process.stdin, process.stderr);
const world = {
  cwd: process.cwd(),
  home: homedir(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => Date.now(),
  ...(ask === undefined ? {} : { ask }),
  hold: holdUntilReleased,
};

try {
  process.exitCode = await runProgram(world, process.argv.slice(2), readVersion());
} catch (error) {
  process.exitCode = exitCodeOf(error);
  say(error);
}
done = true;

function say(error: unknown): void {
  process.stderr.write(`${cleanText(describe(error))}\n`);
}

function describe(error: unknown): string {
  if (error instanceof TurnpressError) return `turnpress: ${error.message}`;
  if (isSystemError(error)) return `turnpress: ${describeSystemError(error)}`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `turnpress: this is a mistake in turnpress itself; nothing that was stored is lost.\n${tellInSources(stack)}`;
}
