/** What a person would call a conversation that began with words which many begin with. */
/** Clients put the same sentence before every plan; its own heading says what it is about. Pages, terminal and publishing ask here. */

const PREAMBLE =
  /^\s*(?:please\s+)?(?:implement|execute|carry out) (?:the|this) (?:following )?plan\b[^#\n]{0,80}?:?\s*(?=#)/i;
const HEADING = /^#{1,6}\s+(?:plan:\s*)?(.+?)(?=\s+#{1,6}\s|\n|$)/i;

/** The heading of the plan that the text hands over; any other text as it is. */
export function tellingWords(text: string): string {
  const preamble = PREAMBLE.exec(text);
  if (preamble === null) return text;
  const heading = HEADING.exec(text.slice(preamble[0].length))?.[1]?.trim() ?? '';
  return heading === '' ? text : heading;
}

/** `/review`, `/init`: a client's command and nothing else, which says nothing of this conversation. */
export function isBareCommand(text: string): boolean {
  return /^\/[a-z][\w:-]{0,40}$/i.test(text.trim());
}
