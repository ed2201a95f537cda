/** What the owner wrote about a conversation, made into HTML: for its cover, beside its turns, and its chapters. */
/** The same Markdown as everywhere, through the same sanitiser. */

import { decodeUtf8 } from '../../../base/bytes.ts';
import { html, joinHtml, type SafeHtml, text, trustHtml } from '../../../base/html.ts';
import { type ConversationId, shortId, type TurnHash } from '../../../model/ids.ts';
import { plainTitle } from '../../render/text/plain-title.ts';
import type { Note } from '../../shell/notes.ts';
import { conversationUrl, turnAnchor } from '../../urls.ts';
import type { BuildContext, VisibleConversation } from '../context.ts';

export interface Written {
  /** Text and chapters; empty: none. */
  readonly cover: SafeHtml;
  /** By the first 16 digits of a turn. */
  readonly turns: ReadonlyMap<string, SafeHtml>;
}

const NOTHING = joinHtml([]);

export async function renderWritten({ pool }: BuildContext, { summary, note }: VisibleConversation): Promise<Written> {
  if (note === undefined) return { cover: NOTHING, turns: new Map() };
  const render = async (source: string): Promise<SafeHtml> =>
    // What the renderer of documents gave, which went through the sanitiser.
    source === '' ? NOTHING : trustHtml(decodeUtf8(await pool.run('document', source, source.length)));
  const beside = (said: SafeHtml): SafeHtml =>
    html`<aside class="written prose" role="note" aria-label="Note">${said}</aside>\n`;
  const turns = new Map<string, SafeHtml>();
  for (const [turn, source] of note.turns) if (source !== '') turns.set(turn, beside(await render(source)));
  const said = await render(note.text);
  const chapters = renderChapters(summary.id, note);
  return { cover: said === '' && chapters === '' ? NOTHING : beside(joinHtml([said, chapters])), turns };
}

/** What the owner wrote beside a turn; empty: nothing. */
export function noteOf({ turns }: Written, turn: TurnHash): SafeHtml {
  return turns.get(shortId(turn)) ?? NOTHING;
}

/** A page that is asked for a turn of another page sends there. */
function renderChapters(id: ConversationId, { chapters }: Note): SafeHtml {
  if (chapters.length === 0) return NOTHING;
  const rows = chapters.map(({ turn, title }) => {
    return html`<li><a href="${text(`${conversationUrl(id)}#${turnAnchor(turn as TurnHash)}`)}">${text(plainTitle(title, 160))}</a></li>\n`;
  });
  return html`<nav class="chapters" aria-label="Chapters"><ol>\n${rows}</ol></nav>\n`;
}
