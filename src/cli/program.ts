/** Turns the table of commands into a command line with help. */
/** The one file that knows the package that parses arguments. */

import { Command as Commander, CommanderError } from 'commander';
import type { Command, CommandOptions } from './command.ts';
import { commands } from './commands.ts';
import type { Context, GlobalOptions, World } from './context.ts';
import { EXIT, UsageError } from './errors.ts';
import { runHealing } from './machine/heal.ts';
import { findSimilar } from './similar.ts';
import { cleanText } from './terminal.ts';

/** What the arguments ask for: run it for the exit code. Help and wrong words are answered here. */
export async function runProgram(world: World, argv: readonly string[], version: string): Promise<number> {
  let result: Promise<number> | undefined;
  const program = withGlobals(new Commander('turnpress'))
    .description('Sessions of AI agents as a permanent archive, a website, feeds and offline search.')
    .version(version, '--version', 'the version of turnpress')
    .helpCommand('help [command]', 'help for one command')
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      // what was typed is repeated in there
      writeErr: (text) => world.stderr.write(cleanText(text).replace(/^error: /, 'turnpress: ')),
    })
    .showHelpAfterError('See: turnpress --help')
    .exitOverride();
  for (const row of commands) {
    addRow(program, row, (args, options) => {
      const start = (context: Context) => row.load().then(({ run }) => run(context, args, options));
      result = runHealing(world, options as GlobalOptions, start);
    });
  }
  refuseUnknownCommand(argv);
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    throw error;
  }
  return result ?? EXIT.done;
}

/** A word in the place of a command that is none: else it would be taken for an argument of the default command. */
function refuseUnknownCommand(argv: readonly string[]): void {
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return;
    if (!word.startsWith('-')) break;
    if (WITH_VALUE.includes(word)) at++;
  }
  const typed = argv[at];
  if (typed === undefined || typed === 'help' || commands.some(({ name }) => name === typed)) return;
  const like = findSimilar(
    typed,
    commands.map(({ name }) => name),
  );
  const names = commands.map(({ name }) => name).join(', ');
  throw new UsageError(
    `there is no command "${typed}"${like === undefined ? `; there are: ${names}` : `; did you mean "${like}"?`}`,
    { typed },
  );
}

const WITH_VALUE = ['--archive', '--output', '--config'];

function addRow(
  program: Commander,
  row: Command,
  start: (args: readonly string[], options: CommandOptions) => void,
): void {
  const command = withGlobals(program.command(row.name, { isDefault: row.name === 'press' })).description(row.summary);
  for (const arg of row.args) command.argument(arg.usage, arg.says);
  for (const option of row.options) command.option(option.flags, option.says);
  command.addHelpText('after', `\nExamples:\n${row.examples.map((line) => `  ${line}`).join('\n')}`);
  command.exitOverride();
  command.allowExcessArguments(false);
  command.action((...given: unknown[]) => {
    const args = given
      .slice(0, row.args.length)
      .flatMap((value) => (Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]));
    start(args, command.optsWithGlobals<CommandOptions>());
  });
}

function withGlobals(command: Commander): Commander {
  return command
    .option('--archive <dir>', 'the archive (default: archive)')
    .option('--output <dir>', 'where the site is written (default: _private, with --public _site)')
    .option('--config <file>', 'the configuration (default: content/site.json)')
    .option('--json', 'the result for programs, on stdout')
    .option('--trust', 'this folder is yours: from now on its templates may run here, and its private/ is believed')
    .option('--strict', 'exit with 3 when there were problems')
    .option('--quiet', 'say nothing but results and errors')
    .option('--verbose', 'say every detail and every problem');
}
