/** A document as a strict, namespace-aware parser sees it. */
/** Anything that is not well-formed throws, so every test that looks into a document also proves that. */

import { SaxesParser } from 'saxes';

export interface XmlNode {
  /** `{namespace}local` */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  text: string;
}

export function parseXml(xml: string): XmlNode {
  const parser = new SaxesParser({ xmlns: true });
  const root: XmlNode = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    const attributes = Object.fromEntries(
      Object.values(tag.attributes).map((attribute) => [
        attribute.uri === '' ? attribute.local : attribute.name,
        attribute.value,
      ]),
    );
    const node: XmlNode = { name: `{${tag.uri}}${tag.local}`, attributes, children: [], text: '' };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  const addText = (text: string) => {
    const node = open.at(-1);
    if (node !== undefined) node.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(xml).close();
  const [top] = root.children;
  if (top === undefined) throw new Error('document has no element');
  return top;
}

export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  return node.children.filter((child) => child.name === name);
}

/** Text of the only child of that name; undefined: there is none, or more than one. */
export function textOf(node: XmlNode, name: string): string | undefined {
  const found = childrenOf(node, name);
  return found.length === 1 ? found[0]?.text : undefined;
}
