/** The form of the search page: what can be chosen, what is chosen, and the address that says so. */
/** Text only goes in through textContent and as values of options. */

import { spaceWords } from '../model/script-words.ts';
import { getElement } from './elements.ts';
import type { Filters } from './pagefind-types.ts';

/** What `shards.json` says can be chosen. */
export type Facets = Readonly<Record<string, readonly string[]>>;

export interface Query {
  /** Empty: everything that the filters let through. */
  readonly words: string;
  readonly filters: Filters;
  readonly sort: 'desc' | undefined;
}

export interface SearchForm {
  /** Puts the choices in; those that the address names are chosen. */
  draw(facets: Facets): void;
  read(): Query;
  focus(): void;
  /** Calls back when something else is asked for: at once when sent, a moment after typing. */
  onChange(work: () => void): void;
}

const LABELS = { agent: 'Agent', project: 'Project', model: 'Model', role: 'Role', tag: 'Tag' };
export const ROLES: Readonly<Record<string, string>> = {
  prompt: 'Prompts',
  answer: 'Answers',
  tool: 'Tool calls',
  system: 'System',
  docs: 'Documentation',
};
const PAUSE_MS = 250;

/** The form as the address fills it in. Throws an Error when the template lacks one of its fields. */
export function openForm(): SearchForm {
  const form = getElement('search-form', HTMLFormElement);
  const words = getElement('q', HTMLInputElement);
  const from = getElement('from', HTMLInputElement);
  const to = getElement('to', HTMLInputElement);
  const order = getElement('order', HTMLSelectElement);
  const place = getElement('search-filters', HTMLElement);
  const choices = (): readonly HTMLSelectElement[] => [...place.querySelectorAll('select')];
  const address = new URLSearchParams(location.search);
  let days: readonly string[] = [];
  words.value = address.get('q') ?? '';
  for (const field of [from, to, order]) field.value = address.get(field.name) ?? '';
  getElement('search-box', HTMLElement).hidden = false;
  return {
    draw(facets) {
      days = facets.date ?? [];
      place.replaceChildren();
      for (const [name, label] of Object.entries(LABELS)) {
        const values = facets[name] ?? [];
        if (values.length > 0) place.append(chooser(name, label, values, address.get(name) ?? ''), ' ');
      }
    },
    read() {
      writeAddress([words, from, to, order, ...choices()]);
      const chosen = choices().filter((select) => select.value !== '');
      const filters = Object.fromEntries(chosen.map((select) => [select.name, select.value]));
      return {
        words: cut(words.value),
        filters: { ...filters, ...dateFilter(days, from.value, to.value) },
        sort: order.value === 'desc' ? 'desc' : undefined,
      };
    },
    focus: () => words.focus(),
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

/** The words as the index has them. Old browsers cannot cut scripts without spaces: there whole runs are looked for. */
function cut(text: string): string {
  const spaced = 'Segmenter' in Intl ? spaceWords(text) : text;
  return spaced.replace(/\s+/g, ' ').trim();
}

function dateFilter(days: readonly string[], from: string, to: string): Filters {
  if (from === '' && to === '') return {};
  const any = days.filter((day) => (from === '' || day >= from) && (to === '' || day <= to));
  return { date: { any: any.length === 0 ? ['none'] : any } };
}

function chooser(name: string, label: string, values: readonly string[], chosen: string): HTMLElement {
  const select = document.createElement('select');
  select.name = name;
  select.id = `filter-${name}`;
  select.append(option('', 'Any'));
  for (const value of values) select.append(option(value, name === 'role' ? (ROLES[value] ?? value) : value));
  select.value = chosen;
  if (select.selectedIndex < 0) select.value = '';
  const caption = document.createElement('label');
  caption.htmlFor = select.id;
  caption.textContent = label;
  const field = document.createElement('span');
  field.className = 'field';
  field.append(caption, ' ', select);
  return field;
}

function option(value: string, text: string): HTMLOptionElement {
  const made = document.createElement('option');
  made.value = value;
  made.textContent = text;
  return made;
}

function writeAddress(fields: readonly (HTMLInputElement | HTMLSelectElement)[]): void {
  const address = new URLSearchParams();
  for (const field of fields) if (field.value.trim() !== '') address.set(field.name, field.value);
  const query = address.toString();
  history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
}
