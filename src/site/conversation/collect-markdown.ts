/** Puts the conversation together as one Markdown file, for readers who take it along: `conversation.md` beside its first page. */
/** Page by page, as they were rendered: a conversation that grew has only its own pages made again. */

import { isoTime } from '../../base/time.ts';
import { shortId } from '../../model/ids.ts';
import { agentName, plural, projectName } from '../render/names.ts';
import { portableWords } from '../render/portable/portable-words.ts';
import { keyOf } from '../state/keys.ts';
import { absoluteUrl, conversationUrl, markdownUrl, outputPath } from '../urls.ts';
import type { Collecting } from './collector.ts';
import { addTask, type ConversationWork } from './conversation-work.ts';

/** In characters. */
const LARGEST = 4 * 1024 * 1024;

/** A heading, or the address of a page. */
type Piece = { readonly heading: string } | { readonly page: string };

export function openMarkdown(work: ConversationWork): Collecting {
  const pieces: Piece[] = [];
  return {
    openBranch(branch) {
      if (!branch.main) pieces.push({ heading: `# Another way: ${portableWords(work.names.labelOf(branch))}` });
    },
    page: ({ url }) => void pieces.push({ page: url }),
    settledPage: ({ url }) => void pieces.push({ page: url }),
    finish: () => addTask(work, build(work, pieces, Promise.all(work.tasks))),
  };
}

async function build(work: ConversationWork, pieces: readonly Piece[], pages: Promise<unknown>): Promise<void> {
  const { context, conversation, owner } = work;
  const path = outputPath(markdownUrl(conversation.summary.id));
  const head = headOf(work);
  // a page that stands as it was has the same turns
  const keys = (): unknown[] =>
    pieces.map((piece) => ('page' in piece ? context.output.findKey(outputPath(piece.page)) : piece.heading));
  await pages;
  if (context.output.declare(path, owner, keyOf(head, keys()))) context.output.put(path, fill(work, head, pieces));
}

function fill({ context }: ConversationWork, head: string, pieces: readonly Piece[]): string {
  let text = head;
  for (const piece of pieces) {
    const block = 'page' in piece ? context.state.packs.findMarkdown(piece.page) : piece.heading;
    if (block === undefined) throw new TypeError('the Markdown of a page was made and is lost');
    if (text.length + block.length > LARGEST)
      return `${text}\n*The rest is left out here; the conversation's pages have it.*\n`;
    if (block !== '') text += `\n${block}\n`;
  }
  return text;
}

function headOf({ context, conversation }: ConversationWork): string {
  const { summary, title, open } = conversation;
  const { agent, project, models = [] } = summary.meta;
  const facts = [
    ...(agent === undefined ? [] : [agentName(agent)]),
    ...(project === undefined ? [] : [projectName(project)]),
    ...models,
    isoTime(summary.firstMs).slice(0, 10),
    plural(summary.prompts, 'prompt'),
  ];
  const { mode, config } = context.options;
  const url = absoluteUrl(config.url, conversationUrl(summary.id));
  const where = mode === 'public' || open ? `<${url}>` : `\`turnpress show ${shortId(summary.id)}\``;
  return `# ${portableWords(title)}\n\n${portableWords(facts.join(' · '))}  \n${where}\n\nProse is whole, each call of a tool is one line, and what tools printed is left out.\n`;
}
