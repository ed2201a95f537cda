/** Numbers of persons that only their label tells: passports, taxes, health, licences, birth, telephones of one country. */
/** The label and the value stand beside each other, in a text or as name and value of a member. */

import type { Finding, Report } from '../finding.ts';

interface Label {
  readonly rule: string;
  readonly label: string;
  readonly value: RegExp;
  readonly accepts?: (value: string) => boolean;
}

const NUMBER = '(?:[ _-]?(?:number|nummer|num|no|nr|n[°o])\\.?)?';
const digits = (value: string) => value.replace(/\D/g, '');
/** Numbers that count up or repeat, as manuals write them. */
const isSample = (value: string) => /^(?:0?12345|98765)|^(\d)\1{4}|123456789/.test(digits(value));
const hasDigits = (least: number) => (value: string) => digits(value).length >= least && !isSample(value);

const LABELS: readonly Label[] = [
  {
    rule: 'passport',
    label: `(?:passport|reisepass|personalausweis|passeport|pasaporte)${NUMBER.replace(')?', ')')}?`,
    value: /[A-Z0-9]{6,10}/,
    accepts: hasDigits(4),
  },
  {
    rule: 'tax-id',
    label: `(?:steuer-?(?:id|nummer|identifikationsnummer)|tax(?:payer)?[ _-]?(?:id|identification)${NUMBER}|(?:itin|ein|tin|nif|cpf|cnpj)|codice fiscale|ust-?id(?:nr)?|vat[ _-]?(?:id|reg)?${NUMBER}|(?:national insurance|nino)${NUMBER}|aadhaar${NUMBER}|social insurance${NUMBER}|medicare(?:[ _-]?id)?${NUMBER})`,
    value: /[A-Z0-9][A-Z0-9./ -]{6,18}[A-Z0-9]/,
    accepts: (value) => hasDigits(5)(value) && !/[A-Z]{5}|^\d{1,4}[-/.]\d\d?[-/.]\d\d?$/.test(value),
  },
  {
    rule: 'licence',
    label: `(?:driver'?s?[ _-]?licen[cs]e|driving licen[cs]e|f(?:ü|ue)hrerschein)${NUMBER}`,
    value: /[A-Z0-9][A-Z0-9-]{5,17}/,
    accepts: hasDigits(4),
  },
  {
    rule: 'birth',
    label: '(?:date[ _-]?of[ _-]?birth|birth[ _-]?date|geburtsdatum|dob)',
    value: /(?:19|20)\d\d-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d/,
  },
  {
    rule: 'phone',
    label: `(?:phone|tel|telephone|telefon|t(?:é|e)l(?:é|e)phone|mobile|mobil|cell(?:phone)?|handy|fax|whatsapp)${NUMBER}`,
    value: /\(?\d[\d ()./-]{6,16}\d/,
    accepts: (value) =>
      digits(value).length >= 8 &&
      digits(value).length <= 12 &&
      !isSample(value) &&
      !/^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{4}|^\(?\d{3}\)?[ .-]?555|^555|^\d{1,3}(?:\.\d{1,3}){3}$|0{5}/.test(
        value,
      ),
  },
  {
    rule: 'account',
    label: `(?:routing|bank account|kontonummer|account)${NUMBER.replace(')?', ')')}`,
    value: /\d{8,17}/,
    accepts: hasDigits(8),
  },
];

/** What every label has in it, for the fast look. */
export const labelWords: readonly string[] =
  'passport reisepass ausweis passeport pasaporte steuer tax itin ein nif cpf cnpj fiscale ust-id vat insurance nino aadhaar medicare licen schein birth geburt dob phone tel fon mobil cell handy fax whatsapp routing konto account'.split(
    ' ',
  );
const PATTERNS = LABELS.map(({ label, value, ...row }) => ({
  ...row,
  pattern: new RegExp(
    `(?<![A-Za-z0-9])${label}\\.?\\\\{0,3}["']?[ \\t]{0,3}[:=#][ \\t]{0,3}\\\\{0,3}["']?(?<v>${value.source})(?![\\w@])`,
    'dgi',
  ),
  short: /(?<![A-Za-z0-9])(?:ITIN|EIN|SIN)[ \t](?<v>\d{2,3}-\d{2}-?\d{4,5})(?![\w-])/dg,
}));

export function findLabelled(text: string, report: Report): void {
  for (const { rule, pattern, short, accepts } of PATTERNS) {
    for (const each of rule === 'tax-id' ? [pattern, short] : [pattern]) {
      each.lastIndex = 0;
      for (let match = each.exec(text); match !== null; match = each.exec(text)) {
        const range = match.indices?.groups?.v;
        const value = match.groups?.v ?? '';
        if (range === undefined || (accepts !== undefined && !accepts(value))) continue;
        report({ rule, start: range[0], end: range[1], value });
      }
    }
  }
}

/** The number under such a member of decoded JSON. */
export function judgeLabelled(name: string, value: string): Finding | undefined {
  let found: Finding | undefined;
  const label = `${name.replace(/([a-z])([A-Z])/g, '$1_$2')}: `;
  findLabelled(label + value, (finding) => {
    if (finding.start === label.length && finding.value.length === value.length)
      found = { ...finding, start: 0, end: value.length };
  });
  return found;
}
