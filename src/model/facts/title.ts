/** What a person would call a conversation that began with words which many begin with. */
/** Clients put the same sentence before every plan; its own heading says what it is about. Pages, terminal and publishing ask here. */

import type { ConversationSummary } from '../conversation.ts';

const PREAMBLE =
  /^\s*(?:please\s+)?(?:implement|execute|carry out) (?:the|this) (?:following )?plan\b[^#\n]{0,80}?:?\s*(?=#)/i;
const HEADING = /^#{1,6}\s+(?:plan:\s*)?(.+?)(?=\s+#{1,6}\s|\n|$)/i;

/** Of clients: what they do, for who does not know them by heart. */
const COMMANDS: Readonly<Record<string, string>> = {
  '/agents': 'Looked after sub-agents',
  '/clear': 'Began with nothing remembered',
  '/compact': 'Shortened what was remembered',
  '/config': 'Changed settings',
  '/context': 'Looked at what fills the context',
  '/cost': 'Looked at the cost',
  '/doctor': 'Checked the installation',
  '/exit': 'Ended',
  '/help': 'Asked for help',
  '/hooks': 'Looked after hooks',
  '/init': 'Described the project for agents',
  '/login': 'Signed in',
  '/logout': 'Signed out',
  '/mcp': 'Looked after MCP servers',
  '/memory': 'Edited what is remembered',
  '/model': 'Chose a model',
  '/new': 'Began anew',
  '/permissions': 'Looked after permissions',
  '/pr-comments': 'Read the comments of a pull request',
  '/quit': 'Ended',
  '/resume': 'Went on with an earlier session',
  '/review': 'Reviewed changes',
  '/rewind': 'Went back',
  '/security-review': 'Reviewed the security of changes',
  '/status': 'Looked at the state',
  '/undo': 'Took a change back',
  '/usage': 'Looked at the usage',
};

/** The heading of the plan that the text hands over, or what a bare command does; any other text as it is. */
export function tellingWords(text: string): string {
  const command = text.trim();
  if (Object.hasOwn(COMMANDS, command)) return `${COMMANDS[command]} (${command})`;
  const preamble = PREAMBLE.exec(text);
  if (preamble === null) return text;
  const heading = HEADING.exec(text.slice(preamble[0].length))?.[1]?.trim() ?? '';
  return heading === '' ? text : heading;
}

/** What a conversation is called: by its agent, else by its first prompt. Empty: nobody said anything. */
export function tellingTitle({ meta, firstPrompt }: Pick<ConversationSummary, 'meta' | 'firstPrompt'>): string {
  return tellingWords(meta.title ?? '') || tellingWords(firstPrompt);
}

/** `/review`, `/init`: a client's command and nothing else, which says nothing of this conversation. */
export function isBareCommand(text: string): boolean {
  return /^\/[a-z][\w:-]{0,40}$/i.test(text.trim());
}
