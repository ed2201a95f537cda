import { describe, expect, test } from 'vitest';
import { cleanXmlText, escapeXmlAttribute, xmlCdata, xmlElement, xmlText } from '../../src/feed/xml.ts';
import { hostileTexts } from './documents.ts';
import { parseXml } from './xml-tree.ts';

describe.each(Object.entries(hostileTexts))('%s', (_, text) => {
  const clean = cleanXmlText(text);

  test('stands in an element, in CDATA and in an attribute as the same clean text', () => {
    expect(parseXml(xmlText('a', text)).text).toBe(clean);
    expect(parseXml(xmlElement('a', {}, xmlCdata(text))).text).toBe(clean);
    expect(parseXml(xmlElement('a', { b: text })).attributes.b).toBe(clean);
  });
});

test('clean text has no line end but LF, no forbidden character and no lone surrogate', () => {
  expect(cleanXmlText('a\r\nb\rc\u0000\u001b\u009f\ufffe\ud800\t')).toBe('a\nb\nc\ufffd\t');
});

test('a line end in an attribute survives the parser', () => {
  expect(escapeXmlAttribute('a\n"b"\t')).toBe('a&#10;&quot;b&quot;&#9;');
});

test('an attribute that is undefined is left out', () => {
  expect(xmlElement('a', { b: undefined, c: '' })).toBe('<a c=""/>');
});
