/** Runs a command again when something that can be made anew turned out to be damaged: caches never stop anybody. */
/** The command ends as if nothing had been wrong, after one sentence. */

import { setAside } from '../../base/derived.ts';
import { type BrokenDatabaseError, findBrokenDatabase } from '../../base/errors.ts';
import { type Context, createContext, type GlobalOptions, type World } from '../context.ts';

/**
 * `run` until it ends or fails with anything else; for each damaged file once. What it printed before is not printed again: the
 * same command says the same, call by call.
 */
export async function runHealing(
  world: World,
  options: GlobalOptions,
  run: (context: Context) => Promise<number>,
): Promise<number> {
  const healed = new Set<string>();
  let said = 0;
  let indexIsBroken = false;
  for (;;) {
    const quiet = said;
    let calls = 0;
    const write = (text: string): unknown => {
      said = Math.max(said, ++calls);
      return calls > quiet ? world.stdout.write(text) : true;
    };
    const context = createContext({ ...world, stdout: withWrite(world.stdout, write) }, options, indexIsBroken);
    try {
      return await run(context);
    } catch (error) {
      context.progress.finish();
      const broken = findBrokenDatabase(error);
      if (broken === undefined || broken.path === '' || healed.has(broken.path)) throw error;
      healed.add(broken.path);
      if (!(await heal(context, broken))) indexIsBroken = true;
    }
  }
}

function withWrite(stdout: World['stdout'], write: (text: string) => unknown): World['stdout'] {
  const { isTTY, columns } = stdout;
  return { write, ...(isTTY === undefined ? {} : { isTTY }), ...(columns === undefined ? {} : { columns }) };
}

/** False: it is the index, and stays as it is: only who writes to the archive makes it anew. */
async function heal({ archiveDir, log, writes }: Context, broken: BrokenDatabaseError): Promise<boolean> {
  if (!broken.path.endsWith('/index.db')) {
    setAside(broken.path, log, broken.reason);
    return true;
  }
  // loaded here, because hardly any command comes so far
  const { mendIndex } = await import('../../archive/archive.ts');
  if (writes.has(archiveDir) && mendIndex(archiveDir, { log })) return true;
  log.info(`${broken.message}; the logs are read instead, and "turnpress verify --rebuild-index" makes it anew`);
  return false;
}
