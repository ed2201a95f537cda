/** What an OPML document must hold: the rules of version 2.0. */
/** http://opml.org/spec2.opml — each failure is a sentence. */

import { isAbsolute } from './check-urls.ts';
import { childrenOf, parseXml, type XmlNode } from './xml-tree.ts';

/** Sentences of everything that is wrong; none: the document is valid. Throws when it is not well-formed. */
export function checkOpml(xml: string): readonly string[] {
  const wrong: string[] = [];
  const opml = parseXml(xml);
  if (opml.name !== '{}opml' || opml.attributes.version !== '2.0') wrong.push('root is no opml of version 2.0');
  if (opml.children.map((child) => child.name).join() !== '{}head,{}body')
    wrong.push('there is not one head before one body');
  const outlines = childrenOf(opml, '{}body').flatMap((body) => body.children);
  if (outlines.length === 0) wrong.push('body has no outline');
  for (const outline of outlines) checkOutline(outline, wrong);
  return wrong;
}

function checkOutline(outline: XmlNode, wrong: string[]): void {
  if (outline.name !== '{}outline') wrong.push(`${outline.name} is no outline`);
  const { text, type, xmlUrl, htmlUrl } = outline.attributes;
  if (text === undefined || text === '') wrong.push('outline has no text');
  if (type === 'rss' && !isAbsolute(xmlUrl)) wrong.push('subscription has no absolute xmlUrl');
  if (htmlUrl !== undefined && !isAbsolute(htmlUrl)) wrong.push('htmlUrl is not absolute');
  for (const child of outline.children) checkOutline(child, wrong);
}
