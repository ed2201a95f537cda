/** Text as XML 1.0 can hold it, and a small writer of elements. */
/** One control character from a terminal makes a feed unreadable for every reader, so that nothing else may write XML. */

/**
 * Without the characters that XML 1.0 forbids or discourages (C0 but tab and line ends, C1, U+FFFE, U+FFFF); a lone
 * surrogate becomes U+FFFD; line ends become LF, as every parser would have it.
 */
export function cleanXmlText(text: string): string {
  const wellFormed = text.toWellFormed();
  return DIRTY.test(wellFormed) ? wellFormed.replace(/\r\n?/g, '\n').replace(ILLEGAL, '') : wellFormed;
}

/** For element content. `>` too, so that `]]>` never stands in a document. */
function escapeXmlText(text: string): string {
  return cleanXmlText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** For double-quoted attributes. Line ends and tabs are written as references, else parsers turn them into spaces. */
export function escapeXmlAttribute(text: string): string {
  return escapeXmlText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

/** An element with its attributes in the given order; undefined ones are left out. `content` is XML already. */
export function xmlElement(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  content: string | readonly string[] = '',
): string {
  let tag = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) tag += ` ${key}="${escapeXmlAttribute(value)}"`;
  }
  const inner = typeof content === 'string' ? content : content.filter((part) => part !== '').join('\n');
  if (inner === '') return `${tag}/>`;
  return typeof content === 'string' ? `${tag}>${inner}</${name}>` : `${tag}>\n${inner}\n</${name}>`;
}

/** `<name>text</name>` */
export function xmlText(name: string, text: string): string {
  return xmlElement(name, {}, escapeXmlText(text));
}

/** Text as CDATA sections: smaller and faster than escaping where it is full of tags. */
export function xmlCdata(text: string): string {
  return `<![CDATA[${cleanXmlText(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n';

const DIRTY = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/;
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;
