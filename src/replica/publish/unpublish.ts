/** Taking conversations out of what is published, by name: the next states are withdrawn ones. */
/** The rules would put them back with the next publish, so one that they still let out is refused, with the rule that keeps it in. */

import type { ArchiveReader } from '../../archive/archive.ts';
import { tellingTitle } from '../../model/facts/title.ts';
import { type ConversationId, shortId } from '../../model/ids.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { visibilityOf } from '../../model/visibility.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import type { PublishPlan } from './plan.ts';

/** `refused`: rules for site.json that would keep those in which the rules let out now. The plan holds the others. */
export function planUnpublish(
  archive: ArchiveReader,
  log: ArchiveLog,
  config: SiteConfig,
  ids: readonly ConversationId[],
): { readonly plan: PublishPlan; readonly refused: readonly string[] } {
  const refused: string[] = [];
  const withdrawn = [...new Set(ids)].sort().flatMap((id) => {
    const state = log.findState(id);
    if (state?.published !== true) return [];
    const summary = archive.findConversation(id);
    if (summary !== undefined && summary.meta.joined === undefined && visibilityOf(summary, config) === 'public') {
      refused.push(JSON.stringify({ conversation: shortId(id), visibility: 'private' }));
      return [];
    }
    const title = summary === undefined ? '' : tellingTitle(summary);
    const because = 'it was asked for';
    return [{ conversation: id, title, size: 0, root: '', turns: summary?.turns ?? 0, before: state.size, because }];
  });
  const unchanged = log.countPublished() - withdrawn.length;
  return { plan: { newly: [], grown: [], withdrawn, blocked: [], missing: [], unchanged }, refused };
}
