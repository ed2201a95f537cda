/** `turnpress pull`: brings the copies of other archives up to date, each by itself. */
/** Exit code 5 when a host gave no answer, 4 when what it shows contradicts itself or what is here. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PullReport } from '../../replica/replica.ts';
import { ownPrivate } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import {
  checkName,
  exitOf,
  hostsOf,
  keysOf,
  listReplicas,
  pullInto,
  replicasFolder,
  sayPulled,
  tellFailure,
} from '../following/replicas.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const names = args.length > 0 ? args.map(checkName) : listReplicas(context);
  const unknown = names.find((name) => !existsSync(join(replicasFolder(context), name, 'private', 'pull.json')));
  if (unknown !== undefined) {
    const known = listReplicas(context);
    throw new UsageError(
      `nothing is pulled under the name "${unknown}"; ${known.length === 0 ? '"turnpress subscribe <address>" begins' : `there are: ${known.join(', ')}`}`,
    );
  }
  if (names.length === 0) {
    context.printJson([]);
    context.log.info('nothing is followed yet: "turnpress subscribe <address>" begins');
    return EXIT.done;
  }
  ownPrivate(context);
  const accept = keysOf(options.key);
  if (accept.length > 0 && names.length > 1) throw new UsageError('--key is the key of one archive: name its copy');
  const reports: (PullReport & { readonly name: string })[] = [];
  let exit: number = EXIT.done;
  for (const name of names) {
    try {
      const report = await pullInto(context, { name, allowHosts: hostsOf(options.allowHost), accept });
      reports.push({ name, ...report });
      sayPulled(context, name, report);
      exit = worse(exit, exitOf(context, report));
    } catch (error) {
      exit = worse(exit, tellFailure(context, name, error));
    }
  }
  context.printJson(reports);
  return exit;
}

/** Damage weighs more than a host that is away. */
function worse(a: number, b: number): number {
  return a === EXIT.damaged || b === EXIT.done ? a : b;
}
