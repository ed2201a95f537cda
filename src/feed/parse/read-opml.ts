/** Lists of feeds as other readers write them: OPML 1.0 and 2.0. */
/** What we do not know of an outline is kept with it, so that a list loses nothing by being written again. */

import { FeedParseError } from '../errors.ts';
import type { OpmlDocument, Outline } from '../opml.ts';
import { walkMarkup } from './markup.ts';
import { lineOf, urlOf } from './values.ts';

const DEPTH_LIMIT = 50;
const OUTLINE_LIMIT = 100_000;

interface OpenOutline {
  readonly attributes: Readonly<Record<string, string>>;
  readonly outlines: Outline[];
}

/** Throws FeedParseError for what is no OPML, or is cut off: who writes it again would lose the rest. */
export function readOpml(text: string): OpmlDocument {
  const body: OpenOutline = { attributes: {}, outlines: [] };
  const open: OpenOutline[] = [];
  const namespaces: Record<string, string> = {};
  const head = new Map<string, string>();
  let [place, inHead, count] = ['', false, 0];
  walkMarkup(text, 'xml', {
    open(name, attributes) {
      if (name === 'opml')
        for (const [key, value] of Object.entries(attributes))
          if (key.startsWith('xmlns:')) namespaces[key.slice(6)] = value;
      if (name === 'body') open.push(body);
      if (open.length === 0 && (name === 'title' || inHead)) {
        place = name;
        head.set(name, '');
      }
      if (name === 'head') inHead = true;
      if (name !== 'outline' || open.length === 0) return;
      if (open.length > DEPTH_LIMIT) throw new FeedParseError(`its folders are more than ${DEPTH_LIMIT} deep`);
      if (++count > OUTLINE_LIMIT) throw new FeedParseError(`it has more than ${OUTLINE_LIMIT} outlines`);
      open.push({ attributes, outlines: [] });
    },
    text(words) {
      if (place !== '') head.set(place, (head.get(place) ?? '') + words);
    },
    close(name) {
      place = '';
      if (name === 'head') inHead = false;
      if (name !== 'outline' && name !== 'body') return;
      const done = open.pop();
      if (done !== undefined && done !== body) open.at(-1)?.outlines.push(finish(done));
    },
  });
  if (!/<opml[\s>]/.test(text)) throw new FeedParseError('it is no OPML');
  if (!/<\/body\s*>/.test(text)) throw new FeedParseError('it is cut off');
  const { title = '', ...more } = Object.fromEntries(head);
  return { title: lineOf(title) ?? '', outlines: body.outlines, head: more, namespaces };
}

function finish({ attributes, outlines }: OpenOutline): Outline {
  const { text, title, xmlUrl, type, ...rest } = attributes;
  const feedUrl = urlOf(xmlUrl, undefined);
  const name = lineOf(title) ?? lineOf(text) ?? '';
  // a subscription without an address is none; what else it says is kept
  if (feedUrl === undefined)
    return { title: name, outlines, ...moreOf(type === undefined || type === 'rss' ? rest : { type, ...rest }) };
  const { htmlUrl, description, archive, ...others } = rest;
  const homeUrl = urlOf(htmlUrl, undefined);
  const words = lineOf(description);
  const archiveUrl = urlOf(archive, undefined);
  return {
    title: name,
    feedUrl,
    ...(homeUrl !== undefined && { homeUrl }),
    ...(words !== undefined && { description: words }),
    ...(archiveUrl !== undefined && { archiveUrl }),
    ...moreOf(others),
  };
}

function moreOf(attributes: Readonly<Record<string, string>>): Pick<Outline, 'more'> {
  return Object.keys(attributes).length === 0 ? {} : { more: attributes };
}
