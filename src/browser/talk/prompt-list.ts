/** The index of prompts follows the reader, and becomes whole on pages that hold only their own part of it. */
/** One tab stop: arrows go from prompt to prompt, Home and End to the first and the last. */

export function followPrompts(place: HTMLElement): void {
  const index = document.querySelector<HTMLElement>('.index');
  const fold = index?.querySelector('details');
  if (index === null || !fold) return;
  const follow = (): void => watch(place, index);
  follow();
  index.addEventListener('keydown', roam);
  const more = index.querySelector<HTMLAnchorElement>('.index-more a');
  if (more === null) return;
  const fill = (): void => void load(more.href).then((list) => list && complete(index, list, follow));
  if (matchMedia('(min-width: 75rem)').matches) fill();
  else fold.addEventListener('toggle', fill, { once: true });
}

/** Undefined where the page cannot be had: the part that is there stays. */
function load(url: string): Promise<Element | undefined> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    // Parsed by the browser as a document in which nothing runs.
    request.responseType = 'document';
    request.addEventListener('load', () => resolve(request.responseXML?.querySelector('ol.prompts') ?? undefined));
    request.addEventListener('error', () => resolve(undefined));
    request.open('GET', url);
    request.send();
  });
}

function complete(index: HTMLElement, list: Element, follow: () => void): void {
  const whole = document.adoptNode(list);
  for (const link of whole.querySelectorAll('a')) {
    if (link.pathname === location.pathname) link.setAttribute('href', link.hash);
  }
  index.querySelector('.prompts')?.replaceWith(whole);
  const count = whole.querySelectorAll('li[value]').length;
  const summary = index.querySelector('summary');
  if (summary !== null) summary.textContent = `${count} prompts`;
  const position = document.querySelector('.position');
  if (position !== null && !position.textContent.includes(' of '))
    position.textContent = position.textContent.replace(/^(Prompts? [\d,\u2013]+)/, `$1 of ${count}`);
  follow();
}

let observer: IntersectionObserver | undefined;

function watch(place: HTMLElement, index: HTMLElement): void {
  const links = [...index.querySelectorAll<HTMLAnchorElement>('.prompts a')];
  const byTarget = new Map(links.map((link) => [link.getAttribute('href') ?? '', link]));
  const show = (link: HTMLAnchorElement | undefined): void => {
    for (const each of links) {
      each.tabIndex = each === (link ?? links[0]) ? 0 : -1;
      if (each !== link) each.removeAttribute('aria-current');
    }
    if (link === undefined) return;
    link.setAttribute('aria-current', 'true');
    const [box, own] = [index.getBoundingClientRect(), link.getBoundingClientRect()];
    if (own.top < box.top || own.bottom > box.bottom) index.scrollTop += own.top - box.top - box.height / 3;
  };
  // what began on a page before names its prompt in its heading
  const linkOf = (exchange: Element): HTMLAnchorElement | undefined =>
    byTarget.get(
      exchange.querySelector(':scope > h2 a')?.getAttribute('href') ?? `#${exchange.querySelector('.turn')?.id ?? ''}`,
    );
  const visible = new Set<Element>();
  observer?.disconnect();
  observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) visible.add(target);
        else visible.delete(target);
      }
      const first = exchanges.find((exchange) => visible.has(exchange));
      if (first !== undefined) show(linkOf(first));
    },
    { rootMargin: '-15% 0px -55% 0px' },
  );
  const exchanges = [...place.querySelectorAll('.exchange')];
  for (const exchange of exchanges) observer.observe(exchange);
  show(linkOf(exchanges[0] ?? place));
}

function roam(event: KeyboardEvent): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.index .prompts a')];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  const places: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: links.length - 1,
  };
  const next = links[places[event.key] ?? -1];
  if (at === -1 || next === undefined) return;
  event.preventDefault();
  for (const link of links) link.tabIndex = link === next ? 0 : -1;
  next.focus();
}
