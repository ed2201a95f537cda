/** PDFs lose what says who made them, wherever versions of the format put it, and every offset stays; what cannot be cleaned is told. */

import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findImage } from '../../../../src/ingest/kit/items/images.ts';
import { stripPdf } from '../../../../src/ingest/kit/items/pdf.ts';
import { expectLinear } from '../../../base/growth.ts';

const WHO = 'Jane Roe of Acme';
const HEX = Buffer.from(WHO).toString('hex');
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const stream = (dict: string, body: Buffer) =>
  `<< ${dict} /Length ${body.length} >>\nstream\n${body.toString('latin1')}\nendstream`;
const pdf = (objects: readonly string[], trailer: string, more = '') =>
  latin1(
    `%PDF-1.7\n${objects.map((body, i) => `${i + 1} 0 obj\n${body}\nendobj\n`).join('')}${more}trailer\n<< ${trailer} >>\nstartxref\n9\n%%EOF\n`,
  );
const PAGE = '<< /Type /Page /Contents 9 0 R >>';
const packet = `<?xpacket begin="" id="W5M0"?><rdf:li>${WHO}</rdf:li><?xpacket end="w"?>`;
const packed = (text: string) => deflateSync(latin1(text), { level: 1 });
/** Objects 11 and 12 in a stream of objects. */
const objects = (info: string) => {
  const [page, head] = ['<< /Kind /Other /Words (the text of the document stays as it is) >>', '11 0 12 68 '];
  const body = `${head}${page.padEnd(68)}${info}`;
  return stream(`/Type /ObjStm /N 2 /First ${head.length} /Filter /FlateDecode`, packed(body));
};
const photograph = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, WHO.length + 2]),
  latin1(WHO),
  Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]),
]);

const cleaned: Readonly<Record<string, Buffer>> = {
  'strings of /Info': pdf([PAGE, `<< /Author (${WHO}) /Title (a \\) b) /Producer (x) >>`], '/Info 2 0 R'),
  'hexadecimal strings of /Info': pdf([PAGE, `<< /Author <${HEX}> >>`], '/Info 2 0 R'),
  'a string that /Info points to': pdf([PAGE, '<< /Author 3 0 R >>', `(${WHO})`], '/Info 2 0 R'),
  'every version of /Info': pdf(
    [PAGE, `<< /Author (${WHO}) >>`],
    '/Info 2 0 R',
    `trailer\n<< /Info 2 0 R >>\n%%EOF\n2 0 obj\n<< /Author (${WHO}) >>\nendobj\n`,
  ),
  XMP: pdf([PAGE, stream('/Type /Metadata /Subtype /XML', latin1(packet))], '/Root 1 0 R'),
  'packed XMP': pdf(
    [PAGE, stream('/Type /Metadata /Subtype /XML /Filter /FlateDecode', packed(packet))],
    '/Root 1 0 R',
  ),
  'XMP in another stream': pdf([PAGE, stream('/Type /Other', latin1(packet))], '/Root 1 0 R'),
  '/Info among packed objects': pdf(
    [PAGE, objects(`<< /Author (${WHO}) /Creator (${'ab'.repeat(40)}) >>`)],
    '/Info 12 0 R',
  ),
  'tags of a photograph': pdf([PAGE, stream('/Subtype /Image /Filter /DCTDecode', photograph)], '/Root 1 0 R'),
};

const refused: Readonly<Record<string, Buffer>> = {
  'is encrypted': pdf([PAGE, `<< /Author (${WHO}) >>`], '/Info 2 0 R /Encrypt 7 0 R'),
  'is cut off': pdf([PAGE, `<< /Author (${WHO}) >>`], '/Info 2 0 R').subarray(0, 60),
  'has its /Info nowhere': pdf([PAGE], '/Info 8 0 R'),
  'has /Info in the trailer itself': pdf([PAGE], `/Info << /Author (${WHO}) >>`),
  'packs its objects in an unknown way': pdf(
    [PAGE, stream('/Type /ObjStm /N 1 /First 4 /Filter /LZWDecode', latin1('x'))],
    '/Info 2 0 R',
  ),
  'has broken packed objects': pdf(
    [PAGE, stream('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', latin1('xxxx'))],
    '/Root 1 0 R',
  ),
  'has packed objects that swell': pdf(
    [PAGE, stream('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', deflateSync(Buffer.alloc(200_000_000, 32)))],
    '/Root 1 0 R',
  ),
};

describe('a PDF', () => {
  it.each(Object.entries(cleaned))('loses %s and keeps its offsets', (_, bytes) => {
    const clean = stripPdf(bytes);
    expect(clean?.length).toBe(bytes.length);
    const text = Buffer.from(clean ?? []).toString('latin1');
    for (const who of [WHO, HEX]) expect(text).not.toContain(who);
    expect(text).toContain(PAGE);
    for (const match of bytes.toString('latin1').matchAll(/\d+ 0 obj|endobj|trailer|%%EOF/g)) {
      expect(text.slice(match.index, match.index + match[0].length)).toBe(match[0]);
    }
    expect(Buffer.compare(stripPdf(clean ?? new Uint8Array()) ?? new Uint8Array(), clean ?? new Uint8Array([1]))).toBe(
      0,
    );
  });

  it.each(Object.entries(refused))('is not called clean when it %s', (_, bytes) => {
    expect(stripPdf(bytes)).toBeUndefined();
  });

  it('is stored without it, and as it is when it cannot be cleaned', () => {
    const stored = (bytes: Buffer | undefined) => {
      const padded = Buffer.concat([bytes ?? Buffer.alloc(0), latin1(' '.repeat(3 - ((bytes?.length ?? 0) % 3)))]);
      return Buffer.from(findImage(padded.toString('base64'))?.blob.bytes ?? []).toString('latin1');
    };
    expect(stored(cleaned.XMP)).toContain('/Metadata');
    expect(stored(cleaned.XMP)).not.toContain(WHO);
    expect(stored(refused['is encrypted'])).toContain(WHO);
  });

  it('without any of it comes out equal, and what was handed in is not changed', () => {
    const [plain, named] = [pdf([PAGE], '/Root 1 0 R'), cleaned['strings of /Info'] ?? Buffer.alloc(0)];
    expect(Buffer.compare(stripPdf(plain) ?? new Uint8Array(), plain)).toBe(0);
    const before = Buffer.from(named);
    stripPdf(named);
    expect(Buffer.compare(named, before)).toBe(0);
  });

  it.each([
    ['objects', '1 0 obj '],
    ['references', '/Info 1 0 R '],
    ['streams', '<<>>\nstream\n endstream\n'],
    ['streams without an end', '<<>>\nstream\n'],
    ['packets', '<?xpacket begin'],
    ['dictionaries', ' obj << /Filter /Type '],
    ['Encrypt', '/Encrypt  '],
  ])('costs what it is long: %s', async (_, unit) => {
    const make = (length: number) =>
      latin1(`%PDF-1.7\n${unit.repeat(length / unit.length)}\nendobj /Info 1 0 R\n%%EOF\n`);
    const [small, large] = [make(200_000), make(800_000)];
    await expectLinear(
      () => stripPdf(small),
      () => stripPdf(large),
    );
  });
});
