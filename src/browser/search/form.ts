/** The form of the search page: what can be chosen, what is chosen, and the address that says so. */
/** Its fields stand in the page from the start, so that nothing moves. Text only goes in through textContent and as values of options. */

import { getElement } from '../elements.ts';
import type { Order } from './query.ts';

export interface Fields {
  readonly words: string;
  /** Filter → value, of those where something is chosen. */
  readonly chosen: Readonly<Record<string, string>>;
  /** Days; empty: no border. */
  readonly from: string;
  readonly to: string;
  readonly order: Order;
}

export interface SearchForm {
  /** Fills the choices; those that the address names are chosen. */
  fill(facets: Readonly<Record<string, readonly string[]>>): void;
  read(): Fields;
  /** Whether there is anything to look for: words, or a choice. */
  isAsked(): boolean;
  setWords(words: string): void;
  /** Says in the address what is asked for. */
  keep(): void;
  focus(): void;
  /** Calls back when something else is asked for: at once when sent, a moment after typing. */
  onChange(work: () => void): void;
}

export const ROLES: Readonly<Record<string, string>> = {
  prompt: 'Prompt',
  answer: 'Answer',
  tool: 'Tool call',
  system: 'System',
  docs: 'Documentation',
  entry: 'Feed',
};
const PAUSE_MS = 250;

/** The form as the address fills it in. Throws an Error when the template lacks one of its fields. */
export function openForm(): SearchForm {
  const form = getElement('search-form', HTMLFormElement);
  const words = getElement('q', HTMLInputElement);
  const from = getElement('from', HTMLInputElement);
  const to = getElement('to', HTMLInputElement);
  const order = getElement('order', HTMLSelectElement);
  const fold = getElement('search-fold', HTMLButtonElement);
  const filters = getElement('search-filters', HTMLElement);
  const choices = [...filters.querySelectorAll<HTMLSelectElement>('select[data-facet]')];
  const address = new URLSearchParams(location.search);
  /** What the address asks for until the choices are known. */
  const wanted = new Map(choices.map(({ name }) => [name, address.get(name) ?? '']));
  words.value = address.get('q') ?? '';
  for (const field of [from, to, order]) field.value = address.get(field.name) ?? '';
  const chosenIn = (select: HTMLSelectElement): string => wanted.get(select.name) ?? select.value;
  const open = (isOpen: boolean): void => {
    filters.classList.toggle('open', isOpen);
    fold.setAttribute('aria-expanded', String(isOpen));
  };
  open([from, to].some(({ value }) => value !== '') || [...wanted.values()].some((value) => value !== ''));
  getElement('search-box', HTMLElement).hidden = false;
  fold.addEventListener('click', () => open(fold.getAttribute('aria-expanded') !== 'true'));
  const read = (): Fields => {
    const chosen = choices
      .map((select) => [select.name, chosenIn(select)] as const)
      .filter(([, value]) => value !== '');
    return {
      words: words.value.replace(/\s+/g, ' ').trim(),
      chosen: Object.fromEntries(chosen),
      from: from.value,
      to: to.value,
      order: order.value === 'desc' ? 'newest' : order.value === 'asc' ? 'oldest' : 'best',
    };
  };
  return {
    fill(facets) {
      for (const select of choices) {
        const values = facets[select.name] ?? [];
        select.append(
          ...values.map((value) => new Option(select.name === 'role' ? (ROLES[value] ?? value) : value, value)),
        );
        select.value = values.includes(chosenIn(select)) ? chosenIn(select) : '';
        select.disabled = values.length === 0;
      }
      wanted.clear();
    },
    read,
    isAsked() {
      const asked = read();
      return asked.words + asked.from + asked.to !== '' || Object.keys(asked.chosen).length > 0;
    },
    setWords(said) {
      words.value = said;
    },
    keep() {
      const asked = new URLSearchParams();
      for (const field of [words, from, to, order]) if (field.value.trim() !== '') asked.set(field.name, field.value);
      for (const select of choices) if (chosenIn(select) !== '') asked.set(select.name, chosenIn(select));
      const query = asked.toString();
      if (`?${query}` !== location.search && query + location.search !== '')
        history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
    },
    focus: () => words.focus({ preventScroll: true }),
    onChange(work) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        clearTimeout(timer);
        work();
      });
      form.addEventListener('input', () => {
        clearTimeout(timer);
        timer = setTimeout(work, PAUSE_MS);
      });
    },
  };
}
