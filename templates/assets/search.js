/** Search in the browser: asks Pagefind's index and draws the results. */
/** Text only goes in through textContent: titles and excerpts hold whatever was said in a conversation. */

const RESULTS = 10;
const SUB_RESULTS = 4;
/** Parts of the index that are asked at first; older ones on request. */
const FIRST_SHARDS = 24;
const FILTERS = [
  ['agent', 'Agent'],
  ['project', 'Project'],
  ['model', 'Model'],
  ['role', 'Role'],
  ['tag', 'Tag'],
];
const ROLES = { prompt: 'Prompts', answer: 'Answers', tool: 'Tool calls', system: 'System', docs: 'Documentation' };
const SEGMENTED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]+/gu;

const form = document.getElementById('search-form');
const words = document.getElementById('q');
const from = document.getElementById('from');
const to = document.getElementById('to');
const order = document.getElementById('order');
const status = document.getElementById('search-status');
const list = document.getElementById('search-results');
const more = document.getElementById('search-more');
const older = document.getElementById('search-older');
const fallback = document.getElementById('search-fallback');

let pagefind;
let shards = [];
let available = {};
let results = [];
let shown = 0;
let asked = 0;

allowOwnWorker();
start().catch((error) => {
  console.error(error);
  say('Search could not be loaded. The list of pages below is complete.');
});

/** Trusted Types guard `new Worker`: only the program of our own origin may become one. */
function allowOwnWorker() {
  globalThis.trustedTypes?.createPolicy('default', {
    createScriptURL(url) {
      const { origin, pathname } = new URL(url, location.href);
      if (origin === location.origin && pathname === '/pagefind/pagefind-worker.js') return url;
      throw new TypeError(`not a script of this site: ${pathname}`);
    },
  });
}

async function start() {
  readAddress();
  document.getElementById('search-box').hidden = false;
  fallback.hidden = words.value.trim() !== '';
  say('Loading the index…');
  const [program, answer] = await Promise.all([
    import('/pagefind/pagefind.js'),
    fetch('/search/shards.json', { cache: 'no-cache' }),
  ]);
  if (!answer.ok) throw new Error(`shards.json: ${answer.status}`);
  pagefind = program;
  shards = (await answer.json()).shards;
  await pagefind.options({ metaCacheTag: 'v1', excerptLength: 30 });
  await pagefind.init();
  await merge(FIRST_SHARDS);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    search();
  });
  form.addEventListener('input', debounce(search, 250));
  more.addEventListener('click', () => show(RESULTS));
  older.addEventListener('click', async () => {
    await merge(shards.length);
    await search();
  });
  await search();
  words.focus();
}

/** Asks so many parts more, newest first. */
async function merge(count) {
  const next = shards.splice(0, count);
  await Promise.all(next.map((path) => pagefind.mergeIndex(path, { metaCacheTag: 'v1' })));
  older.hidden = shards.length === 0;
  available = await pagefind.filters();
  drawFilters();
}

async function search() {
  const turn = ++asked;
  const query = segment(words.value.trim());
  const filters = chosenFilters();
  writeAddress();
  if (query === '' && Object.keys(filters).length === 0) {
    fallback.hidden = false;
    list.replaceChildren();
    more.hidden = true;
    say('Type what you look for. "Quoted words" are found as a phrase.');
    return;
  }
  const sort = order.value === '' ? undefined : { date: order.value };
  const answer = await pagefind.search(query === '' ? null : query, { filters, ...(sort && { sort }) });
  if (turn !== asked) return;
  results = answer.results;
  shown = 0;
  fallback.hidden = true;
  say(results.length === 0 ? 'Nothing found.' : `${results.length} ${results.length === 1 ? 'result' : 'results'}`);
  await show(RESULTS, 'anew');
}

/** The old results stay until the new ones are there. */
async function show(count, how) {
  const turn = asked;
  const next = results.slice(shown, shown + count);
  shown += next.length;
  const loaded = await Promise.all(next.map((result) => result.data()));
  if (turn !== asked) return;
  const items = loaded.map(drawResult);
  if (how === 'anew') list.replaceChildren(...items);
  else list.append(...items);
  more.hidden = shown >= results.length;
}

function drawResult(data) {
  const item = document.createElement('li');
  item.className = 'search-result';
  const url = data.url.replace(/\?role=[^#]*/, '');
  const heading = document.createElement('h2');
  heading.append(link(url, plain(data.meta.title ?? url)));
  const facts = document.createElement('p');
  facts.className = 'search-facts';
  facts.textContent = [ROLES[data.meta.role], data.meta.date].filter(Boolean).join(' · ');
  item.append(heading, facts);
  const subs = (data.sub_results ?? []).filter((sub) => sub.url.includes('#t-'));
  if (subs.length === 0) item.append(drawExcerpt(data.excerpt));
  for (const sub of subs.slice(0, SUB_RESULTS)) {
    const box = document.createElement('div');
    box.className = 'search-turn';
    const anchor = /#t-[0-9a-f]{16}$/.exec(sub.url)?.[0] ?? '';
    box.append(...drawTurn(`${url}${anchor}`, sub));
    item.append(box);
  }
  return item;
}

/** A turn's first words lead to it; where the excerpt begins with them, it is the link itself. */
function drawTurn(url, sub) {
  const title = sub.title || 'Turn';
  const said = unescapeText(sub.excerpt.replace(/<\/?mark>/g, ''));
  const name = document.createElement('p');
  const target = link(url, '');
  name.append(target);
  if (said.startsWith(title)) {
    // The indexer ends a heading with a full stop that nobody wrote.
    const stop = said[title.length] === '.' ? title.length : -1;
    target.append(...drawExcerpt(sub.excerpt, stop).childNodes);
    return [name];
  }
  target.append(plain(title));
  return [name, drawExcerpt(sub.excerpt)];
}

/** The excerpt comes as escaped text with `<mark>`: it is taken apart and put in as text, without the character at `drop`. */
function drawExcerpt(excerpt, drop = -1) {
  const paragraph = document.createElement('p');
  let end = 0;
  for (const [i, piece] of excerpt.split(/<\/?mark>/).entries()) {
    const whole = unescapeText(piece);
    const at = drop - end;
    end += whole.length;
    const text = plain(at >= 0 && at < whole.length ? whole.slice(0, at) + whole.slice(at + 1) : whole);
    if (i % 2 === 0) paragraph.append(text);
    else {
      const mark = document.createElement('mark');
      mark.textContent = text;
      paragraph.append(mark);
    }
  }
  return paragraph;
}

function unescapeText(text) {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function link(url, text) {
  const anchor = document.createElement('a');
  anchor.href = /^\/[^/]/.test(url) ? url : '/';
  anchor.textContent = text;
  return anchor;
}

function drawFilters() {
  const place = document.getElementById('search-filters');
  const chosen = new Map([...place.querySelectorAll('select')].map((select) => [select.name, select.value]));
  const address = new URLSearchParams(location.search);
  place.replaceChildren();
  for (const [name, label] of FILTERS) {
    const values = Object.keys(available[name] ?? {}).sort();
    if (values.length === 0) continue;
    const select = document.createElement('select');
    select.name = name;
    select.id = `filter-${name}`;
    select.append(option('', 'Any'));
    for (const value of values) select.append(option(value, name === 'role' ? (ROLES[value] ?? value) : value));
    select.value = chosen.get(name) ?? address.get(name) ?? '';
    if (select.selectedIndex < 0) select.value = '';
    const caption = document.createElement('label');
    caption.htmlFor = select.id;
    caption.textContent = label;
    const field = document.createElement('span');
    field.className = 'field';
    field.append(caption, ' ', select);
    place.append(field, ' ');
  }
}

function option(value, text) {
  const made = document.createElement('option');
  made.value = value;
  made.textContent = text;
  return made;
}

function chosenFilters() {
  const filters = {};
  for (const select of document.querySelectorAll('#search-filters select')) {
    if (select.value !== '') filters[select.name] = select.value;
  }
  if (from.value !== '' || to.value !== '') {
    const days = Object.keys(available.date ?? {});
    const fits = days.filter((day) => (from.value === '' || day >= from.value) && (to.value === '' || day <= to.value));
    filters.date = { any: fits.length === 0 ? ['none'] : fits };
  }
  return filters;
}

function readAddress() {
  const address = new URLSearchParams(location.search);
  words.value = address.get('q') ?? '';
  for (const field of [from, to, order]) field.value = address.get(field.name) ?? '';
}

function writeAddress() {
  const address = new URLSearchParams();
  const fields = [words, from, to, order, ...document.querySelectorAll('#search-filters select')];
  for (const field of fields) if (field.value.trim() !== '') address.set(field.name, field.value);
  const query = address.toString();
  history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
}

/** Scripts without spaces are cut into words in the index: the query has to be cut alike. */
function segment(text) {
  if (Intl.Segmenter === undefined) return text;
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
  return text
    .replace(SEGMENTED, (run) => ` ${[...segmenter.segment(run)].map((one) => one.segment).join(' ')} `)
    .replace(/\s+/g, ' ')
    .trim();
}

/** Takes the spaces out again that were put between words of such scripts. */
function plain(text) {
  return text.replace(
    /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]) (?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])/gu,
    '',
  );
}

function debounce(work, ms) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };
}

function say(text) {
  status.textContent = text;
}
