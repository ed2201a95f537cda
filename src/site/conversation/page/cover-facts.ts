/** Gathers what the cover of a conversation shows, once all its branches were walked. */
/** Facts alone; cover.ts makes them into a page. */

import type { TurnHash } from '../../../model/ids.ts';
import { fileUrl } from '../../urls.ts';
import type { BranchOutline } from '../../view/outline.ts';
import type { ConversationWork } from '../conversation-work.ts';
import { type BranchLine, MOST_DRAWN } from './branch-tree.ts';
import type { Cover } from './cover.ts';

export function coverOf(work: ConversationWork): Cover {
  const { summary } = work.conversation;
  const { meta, firstMs, lastMs } = summary;
  const main = work.branches.find((branch) => branch.main);
  // a sub-agent's session is named after the one that started it, which may be private
  const sessions = meta.parent === undefined ? (meta.sessions ?? []) : [];
  return {
    told: work.branches.flatMap(({ head }) => work.told.get(head.name) ?? []),
    main: (main === undefined ? undefined : work.told.get(main.head.name)) ?? [],
    wallMs: lastMs - firstMs,
    models: meta.models ?? [],
    remote: meta.git?.remote,
    findPage: (turn) => work.places.get(turn)?.page,
    fileUrls: fileUrlsOf(work),
    links: meta.links ?? [],
    prices: work.context.options.config.prices,
    currency: work.context.options.config.currency,
    branches: work.branches.length < 2 ? [] : listLines(work),
    branchCount: work.branches.length,
    moreBranches: work.kin.cutBranches(work.kin.branches).slice(MOST_DRAWN - 1),
    children: work.kin.children,
    sessions,
    resume: resumeCommand(summary.meta.agent, sessions.at(-1)),
  };
}

/** To the first page of each folder: on which one a file stands changes with what others change. */
function fileUrlsOf({ context, conversation }: ConversationWork): ReadonlyMap<string, string> {
  const own = context.state.edits.listOwn(conversation.summary.id, MOST_LINKED);
  return new Map(
    own.map(
      ({ project, folder, file }) =>
        [folder === '' ? file : `${folder}/${file}`, fileUrl(project, folder, file, 1)] as const,
    ),
  );
}

const MOST_LINKED = 400;

/** How an agent is told to go on with a session of its own. */
const RESUME: Readonly<Record<string, (session: string) => string>> = {
  'claude-code': (session) => `claude --resume ${session}`,
  codex: (session) => `codex resume ${session}`,
};

/** Only for ids that a shell takes as they are. */
function resumeCommand(agent = '', session: string | undefined): string | undefined {
  const make = Object.hasOwn(RESUME, agent) ? RESUME[agent] : undefined;
  return session === undefined || !/^[\w-]+$/.test(session) ? undefined : make?.(session);
}

/** Rows of the drawing: the main branch first. */
function listLines({ branches, names, places, told }: ConversationWork): readonly BranchLine[] {
  const rows = new Map(branches.map(({ head }, row) => [head.name, row]));
  const exchangeAt = (turn: TurnHash | undefined): number =>
    (turn === undefined ? undefined : places.get(turn)?.exchange) ?? 0;
  return branches.slice(0, MOST_DRAWN).map((branch: BranchOutline): BranchLine => {
    const from = exchangeAt(branch.forkTurn);
    const own = told.get(branch.head.name)?.at(-1)?.number;
    return {
      label: branch.main ? 'Main' : names.labelOf(branch),
      url: names.urlOf(branch),
      name: branch.head.name,
      main: branch.main,
      from,
      to: own ?? exchangeAt(branch.head.turn),
      parent: branch.forkedFrom === undefined ? undefined : rows.get(branch.forkedFrom),
      ending: names.endingOf(branch),
    };
  });
}
