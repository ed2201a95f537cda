/** `turnpress unpublish`: named conversations leave what is published; everybody who follows the archive is told. */
/** Pages, feeds, search and replica go with the build that follows. What others have copied stays theirs. */

import { isHashPrefix, shortId } from '../../model/ids.ts';
import { exitFor } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import { readConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { withWritableLog } from '../publishing/published.ts';
import { commitAndBuild } from './publish.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const config = readConfig(context.configFile, context.configNamed);
  const { isEmptyPlan, planSigning, planUnpublish } = await import('../../replica/replica.ts');
  return withWritableLog(context, async (archive, log) => {
    const ids = args.map((typed) => {
      const id = isHashPrefix(typed.toLowerCase()) ? log.findConversation(typed.toLowerCase()) : undefined;
      if (id === undefined) throw new UsageError(`no published conversation begins with "${typed}"`, { typed });
      return id;
    });
    const { plan, refused } = planUnpublish(archive, log, config, ids);
    if (refused.length > 0)
      throw new UsageError(
        `the rules in ${context.shown(context.configFile)} make ${refused.length === 1 ? 'it' : 'them'} public again with the next publish; put this at the end of "publish" there first: ${refused.join(', ')}`,
      );
    if (isEmptyPlan(plan)) {
      context.print('nothing of it is published');
      return EXIT.done;
    }
    for (const { conversation, title } of plan.withdrawn)
      context.log.info(`withdrawn: ${shortId(conversation)} ${title}`);
    const unsigned = log.listKeys().length === 0;
    const signing = planSigning(log, context.archiveDir, { unsigned: unsigned || options.unsigned === true });
    await commitAndBuild(context, archive, log, { plan, signing });
    return exitFor(archive);
  });
}
