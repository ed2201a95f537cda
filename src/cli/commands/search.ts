/** `turnpress search`: full text over everything that was ever kept, offline. */
/** Each hit names its turn, so that `turnpress show` continues from there. */

import { readableTime } from '../../base/time.ts';
import { shortId } from '../../model/ids.ts';
import { openToRead } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { countOf } from '../counts.ts';
import { EXIT, UsageError } from '../errors.ts';
import { checkNames, checkRole } from '../known-names.ts';
import { cleanText, oneLine, wrapText } from '../terminal.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  checkRole(options.role);
  const archive = openToRead(context);
  try {
    const text = args.join(' ');
    const hits = archive.search({
      text,
      ...textOption('agent', options),
      ...textOption('project', options),
      ...textOption('model', options),
      ...textOption('role', options),
      ...textOption('tag', options),
      ...(options.since === undefined ? {} : { sinceMs: dayOf(options.since, '--since') }),
      ...(options.until === undefined ? {} : { untilMs: dayOf(options.until, '--until') + DAY_MS - 1 }),
      limit: options.limit === undefined ? 20 : countOf(options.limit, '--limit'),
    });
    const results = hits.map((hit) => ({ hit, conversation: archive.getConversation(hit.conversation) }));
    context.printJson(
      results.map(({ hit, conversation }) => ({
        turn: hit.turn,
        conversation: hit.conversation,
        title: conversation.meta.title ?? conversation.firstPrompt,
        project: conversation.meta.project,
        agent: conversation.meta.agent,
        role: hit.role,
        time: new Date(hit.timeMs).toISOString(),
        snippet: hit.snippet.replace(/[\ue000\ue001]/g, ''),
      })),
    );
    const { style } = context;
    for (const { hit, conversation } of results) {
      const title = oneLine(conversation.meta.title ?? conversation.firstPrompt, context.columns - 50);
      const facts = [hit.role, conversation.meta.project ?? '', readableTime(hit.timeMs)]
        .filter((fact) => fact !== '')
        .join(' · ');
      context.print(`${style.yellow(shortId(hit.turn))} ${style.bold(title)}  ${style.dim(cleanText(facts))}`);
      context.print(`${marked(wrapText(hit.snippet.replace(/\s+/g, ' '), context.columns, '  '), style.mark)}\n`);
    }
    if (results.length === 0) checkNames(archive, options);
    if (results.length === 0) context.log.info(`nothing found for "${text}"`);
    return results.some(({ conversation }) => conversation.damage !== undefined) ? EXIT.damaged : EXIT.done;
  } finally {
    archive.close();
  }
}

const DAY_MS = 86_400_000;

function textOption(
  name: 'agent' | 'project' | 'model' | 'role' | 'tag',
  options: CommandOptions,
): Record<string, string> {
  const value = options[name];
  return typeof value === 'string' ? { [name]: value } : {};
}

function dayOf(value: string | boolean, option: string): number {
  const ms =
    typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new UsageError(`${option} takes a date like 2026-01-31, not "${value}"`);
  return ms;
}

function marked(text: string, mark: (text: string) => string): string {
  return text.replace(/\ue000([^\ue001]*)\ue001/g, (_, word: string) => mark(word)).replace(/[\ue000\ue001]/g, '');
}
