/** All branches of a conversation that has too many for its own page. */
/** Plain links, in pages of their own. */

import { trustHtml } from '../../base/html.ts';
import { formatCount } from '../render/names.ts';
import { branchListUrl } from '../urls.ts';
import type { ConversationWork } from './conversation-work.ts';
import { addPlainPage } from './page/plain-page.ts';

const PER_PAGE = 500;

export function buildBranchLists(work: ConversationWork): void {
  const { branches, cutBranches } = work.kin;
  if (cutBranches(branches) === branches) return;
  const { id } = work.conversation.summary;
  const last = Math.ceil(branches.length / PER_PAGE);
  for (let page = 1; page <= last; page++) {
    const items = branches.slice((page - 1) * PER_PAGE, page * PER_PAGE);
    addPlainPage(work, trustHtml(''), {
      url: branchListUrl(id, page),
      title: `${work.conversation.title}: ${formatCount(branches.length)} branches${page === 1 ? '' : `, page ${page}`}`,
      links: [{ heading: 'Branches', className: 'branches', items }],
      pager: {
        newer: page > 1 ? { label: 'Previous page', url: branchListUrl(id, page - 1) } : null,
        older: page < last ? { label: 'Next page', url: branchListUrl(id, page + 1) } : null,
        pages: [],
      },
    });
  }
}
