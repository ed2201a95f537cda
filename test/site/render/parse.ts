/** A strict reader of HTML for tests, sharing no code with the renderer: knows no repair, refuses what it does not know. */
/** What it accepts, browsers read the same way: every `<` opens a known tag, tags nest, attributes are quoted. */

export interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const VOID = new Set(['br', 'hr', 'img']);
const NAMES = new Set(
  (
    'article section header div span p a code pre details summary ul ol li h3 h4 h5 h6 blockquote table thead tbody tr th td ' +
    'strong em s dl dt dd figure figcaption img time br hr'
  ).split(' '),
);
const ATTRIBUTES = new Set(
  'class id href src alt title rel role aria-label tabindex dir start width height loading decoding datetime open'.split(
    ' ',
  ),
);

/** All tags in order. Throws for anything that is not on the lists above or does not nest. */
export function parseStrict(html: string): { readonly tags: readonly Tag[]; readonly text: string } {
  const tags: Tag[] = [];
  const open: string[] = [];
  let text = '';
  let at = 0;
  while (at < html.length) {
    const next = html.indexOf('<', at);
    text += html.slice(at, next === -1 ? html.length : next);
    if (next === -1) break;
    const match = /^<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)>/.exec(html.slice(next, next + 20_000));
    if (match === null) throw new Error(`not a plain tag: ${html.slice(next, next + 120)}`);
    const [whole, slash = '', name = '', rest = ''] = match;
    if (!NAMES.has(name)) throw new Error(`unknown tag: ${whole}`);
    if (slash === '/') {
      if (open.pop() !== name)
        throw new Error(`tag closes out of order: ${html.slice(Math.max(0, next - 80), next + 20)}`);
    } else {
      const attributes = new Map<string, string>();
      for (const [, key = '', value = ''] of rest.matchAll(/\s+([a-z-]+)(?:="([^"]*)")?/g)) {
        if (!ATTRIBUTES.has(key)) throw new Error(`unknown attribute: ${whole}`);
        if (attributes.has(key)) throw new Error(`attribute twice: ${whole}`);
        attributes.set(key, decode(value));
      }
      tags.push({ name, attributes });
      if (!VOID.has(name)) open.push(name);
    }
    at = next + whole.length;
  }
  if (open.length > 0) throw new Error(`tags left open: ${open.join(' ')}`);
  if (/&(?!(?:amp|lt|gt|quot|#39|#x27);)/.test(text)) throw new Error('an ampersand that is no entity of ours');
  return { tags, text: decode(text) };
}

function decode(text: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name: string) => entities[name] ?? '');
}
