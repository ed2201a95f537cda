/** Asks the index for what the form says, shows what it finds by conversation, and says what was done. */
/** Each question drops the answers to those before it; the old results stay until the new ones are there. */

import type { PartList } from '../../model/search/parts.ts';
import { copyPaths } from '../copies.ts';
import { getElement } from '../elements.ts';
import { basePath } from '../site-place.ts';
import { type Hit, openSearchIndex, type Query, type SearchedSite, type SearchIndex } from './ask.ts';
import type { Fields, SearchForm } from './form.ts';
import { moveThroughResults } from './keys.ts';
import { listNear } from './near-words.ts';
import { loadPartList } from './part-list.ts';
import { LONGEST_QUERY, parseQuery, type Term } from './query.ts';
import { dayWords, openResultList } from './results.ts';

/** Hits that are read at once, as many as a host that speaks HTTP/1.1 sends at a time; conversations that are drawn at first or until the window is full, and those before "More results", once somebody scrolls. */
const READ = 6;
const FIRST = 3;
const CONVERSATIONS = 8;

/** With fewer hits than these it is said where else one can look. */
const FEW = 3;

/** What `history.state` holds of a page that was left: how many hits it showed, and where it stood. */
interface Left {
  readonly shown: number;
  readonly top: number;
}

export async function openSearching(form: SearchForm, own: PartList): Promise<{ run(): Promise<void> }> {
  const status = getElement('search-status', HTMLElement);
  const advice = getElement('search-advice', HTMLElement);
  const list = getElement('search-results', HTMLElement);
  const more = getElement('search-more', HTMLButtonElement);
  const results = openResultList(list);
  const index = openSearchIndex([{ site: basePath, list: own }, ...(await loadCopies())]);
  const say = (text: string): void => {
    if (status.textContent !== text) status.textContent = text;
  };
  let question = 0;
  let found: Found | undefined;
  /** Somebody scrolled through it. */
  let filled: Found | undefined;
  let left: Left | undefined = readLeft();

  /** Draws up to so many conversations; `anew`: in the place of those before. What stands above them is there before they are, so that nothing moves. */
  const draw = async (current: number, now: Found, upTo: number, anew = false): Promise<void> => {
    const isEnough = (): boolean =>
      results.size >= upTo && (results.size >= CONVERSATIONS || list.getBoundingClientRect().bottom > innerHeight);
    for (let first = anew; first || !isEnough(); first = false) {
      const hits = await now.take(READ);
      const texts = await Promise.all(hits.map(async (hit) => ({ hit, text: await hit.part.read(hit.record) })));
      if (question !== current) return;
      say(countOf(now));
      if (first) {
        results.clear();
        const lines = await adviceOn(now, index, own);
        if (question !== current) return;
        advice.replaceChildren(...lines.map((words) => drawAdvice(words, ask)));
      }
      if (hits.length === 0) break;
      results.add(texts, now.fields.chosen.role ?? '');
      if (!isEnough()) await untilSeen();
    }
    more.hidden = !now.hasMore();
    more.textContent = now.hasHits() ? 'More results' : furtherThan(now);
  };

  let drawing = Promise.resolve();
  /** One after the other. */
  const show: typeof draw = (...asked) => {
    const shown = drawing.then(() => draw(...asked));
    drawing = shown.catch(() => {});
    return shown;
  };

  more.addEventListener('click', async () => {
    const now = found;
    if (now === undefined) return;
    const last = list.lastElementChild;
    await show(question, now, results.size + CONVERSATIONS);
    (last?.nextElementSibling ?? last)?.querySelector('a')?.focus();
  });
  addEventListener('scroll', () => {
    if (found === undefined || found === filled) return;
    filled = found;
    if (found.hasHits()) show(question, found, CONVERSATIONS).catch(reportError);
  });
  addEventListener('pagehide', () => {
    history.replaceState({ shown: found?.taken() ?? 0, top: scrollY } satisfies Left, '');
  });
  moveThroughResults(getElement('q', HTMLInputElement), list);

  return {
    async run() {
      const current = ++question;
      const fields = form.read();
      form.keep();
      const terms = parseQuery(fields.words);
      if (!form.isAsked()) {
        advice.replaceChildren();
        results.clear();
        more.hidden = true;
        return say('Type what you look for.');
      }
      if (fields.words !== '' && terms.length === 0) {
        advice.replaceChildren();
        results.clear();
        more.hidden = true;
        return say('There is no letter and no number in this: nothing to look for.');
      }
      if (list.childElementCount === 0) say('Searching…');
      const now = openFound(fields, terms, await index.ask({ ...fields, terms }));
      found = undefined;
      await show(current, now, FIRST, true);
      if (question !== current) return;
      found = now;
      for (let back = left; back !== undefined && now.hasMore() && now.taken() < back.shown; )
        await show(current, now, results.size + CONVERSATIONS);
      if (left !== undefined) scrollTo(0, left.top);
      left = undefined;
    },
  };

  function ask(words: string): void {
    form.setWords(words);
    getElement('search-form', HTMLFormElement).requestSubmit();
    form.focus();
  }
}

/** Until what was drawn is on the screen; where the page is not, no longer than a moment. */
function untilSeen(): Promise<void> {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 200);
  });
}

/** The hits of a query in their order, asked for as they are taken. */
interface Found {
  readonly fields: Fields;
  readonly terms: readonly Term[];
  take(most: number): Promise<readonly Hit[]>;
  taken(): number;
  known(): number;
  hasHits(): boolean;
  hasMore(): boolean;
  /** Day to which was looked; empty: everything was. */
  lookedTo(): string;
  missing(): readonly Term[];
}

function openFound(fields: Fields, terms: readonly Term[], query: Query): Found {
  let hits: readonly Hit[] = [];
  let taken = 0;
  let asked = false;
  let lookedTo = '';
  let missing: readonly Term[] = [];
  return {
    fields,
    terms,
    async take(most) {
      if (!asked || (taken === hits.length && lookedTo !== '')) {
        const next = await query.next();
        asked = true;
        hits = [...hits, ...next.hits];
        ({ lookedTo, missing } = next);
      }
      const some = hits.slice(taken, taken + most);
      taken += some.length;
      return some;
    },
    taken: () => taken,
    known: () => hits.length,
    hasHits: () => taken < hits.length,
    hasMore: () => taken < hits.length || lookedTo !== '',
    lookedTo: () => lookedTo,
    missing: () => missing,
  };
}

function countOf(found: Found): string {
  const count = found.known();
  const places = count === 0 ? 'Nothing' : count === 1 ? '1 exchange' : `${count} exchanges`;
  const lookedTo = dayWords(found.lookedTo());
  if (lookedTo !== '')
    return found.fields.order === 'oldest'
      ? `${places} found up to ${lookedTo}. What is newer was not looked at yet.`
      : `${places} found from ${lookedTo} on. What is older was not looked at yet.`;
  if (count > 0) return `${places} found.`;
  const missing = found.missing();
  if (missing.length > 0) return `Nothing here has ${missing.map(({ said }) => `“${said}”`).join(' or ')}.`;
  const { chosen, from, to } = found.fields;
  if (Object.keys(chosen).length > 0 || from + to !== '') return 'Nothing found with these filters.';
  return found.terms.length === 1 ? 'Nothing found.' : 'No exchange has all of these words.';
}

function furtherThan(found: Found): string {
  return `Look further ${found.fields.order === 'oldest' ? 'on' : 'back'} than ${dayWords(found.lookedTo())}`;
}

/** A sentence, or words that may be asked for instead. */
type Advice = { readonly text: string } | { readonly words: string; readonly instead: string };

async function adviceOn(found: Found, index: SearchIndex, { toolOutput }: PartList): Promise<readonly Advice[]> {
  const advice: Advice[] = [];
  if (found.fields.words.length > LONGEST_QUERY)
    advice.push({ text: `Only the first ${LONGEST_QUERY} characters were looked for.` });
  for (const term of found.missing()) {
    for (const near of await listNear(index, term))
      advice.push({ words: found.fields.words.replace(term.said, near), instead: near });
  }
  if (found.known() < FEW && found.lookedTo() === '' && !toolOutput)
    advice.push({
      text: 'What tools printed is not in this index. The owner of the site can have it in with "search": {"toolOutput": true} in content/site.json; the command turnpress search always looks there.',
    });
  return advice;
}

function drawAdvice(advice: Advice, ask: (words: string) => void): HTMLElement {
  const line = document.createElement('p');
  if ('text' in advice) line.textContent = advice.text;
  else {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'search-instead';
    button.textContent = advice.instead;
    button.addEventListener('click', () => ask(advice.words));
    line.append('Search instead for ', button);
  }
  return line;
}

/** A copy that cannot be asked leaves the others alone. */
async function loadCopies(): Promise<readonly SearchedSite[]> {
  const loaded = await Promise.allSettled(copyPaths.map(async (site) => ({ site, list: await loadPartList(site) })));
  return loaded.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

function readLeft(): Left | undefined {
  const state: unknown = history.state;
  if (typeof state !== 'object' || state === null || !('shown' in state) || !('top' in state)) return undefined;
  return typeof state.shown === 'number' && typeof state.top === 'number'
    ? { shown: state.shown, top: state.top }
    : undefined;
}
