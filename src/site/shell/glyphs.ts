/** A small drawing for each agent, so that a list can be looked over without reading it. */
/** Drawn here from simple shapes: nobody's trade mark. What has no row gets the last one. */

const GLYPHS: Readonly<Record<string, string>> = {
  // a ring with an open side
  'claude-code': 'M13 4.2a6.3 6.3 0 1 0 0 7.600M8 8h5.5',
  // two chevrons
  codex: 'M3 3.5 7.5 8 3 12.500M8.5 3.5 13 8l-4.5 4.5',
  // two circles that meet
  'gemini-cli': 'M10 8A4 4 0 1 1 2 8a4 4 0 0 1 8 0M14 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0',
};

const ANY = 'M2.5 4.5 6 8l-3.5 3.500M7.5 12h6';

/** The path of a line drawing in a square of 16. */
export function glyphOf(agent: string): string {
  return Object.hasOwn(GLYPHS, agent) ? (GLYPHS[agent] ?? ANY) : ANY;
}
