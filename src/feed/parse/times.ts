/** Times as publishers write them: by RFC 822 and ISO 8601, and by the clocks and languages of their programs. */
/** What names no zone, or one that nobody knows, is of UTC: some hours wrong is better than no time at all. */

/** 9999-12-31: later times break other people's clocks. */
const LAST_MS = 253_402_300_799_999;

/** Milliseconds. Undefined for what no calendar knows, and for the zero of clocks, which means that nobody set it. */
export function timeOf(value: unknown): number | undefined {
  const ms =
    typeof value === 'number' ? fromCount(value) : typeof value === 'string' ? parse(value.trim()) : Number.NaN;
  return Number.isFinite(ms) && ms > 0 && ms <= LAST_MS ? Math.trunc(ms) : undefined;
}

function parse(text: string): number {
  if (!/\d/.test(text) || text.length > LONGEST) return Number.NaN;
  if (/^\d{10}(?:\d{3})?$/.test(text)) return fromCount(Number(text));
  const spelt = text
    .replace(COMPACT, '$1-$2-$3T$4:$5:$6$7')
    .replace(SIGNS, (_, year, month, day, rest) => `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')} ${rest}`)
    .trim();
  const ms = parseInZone(spelt);
  return Number.isNaN(ms) ? parseInZone(inEnglish(spelt)) : ms;
}

/** Characters. */
const LONGEST = 100;
/** ISO 8601 without its signs. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(.*)$/;
/** Year, month and day as Chinese, Japanese and Korean write them. */
const SIGNS = /^(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?(.*)$/;
/** Ends in a zone, by name or as hours. */
const ZONE = /(?:(?<![a-z])(?!am$|pm$)[a-z]{1,5}|[+-]\d{1,2}(?::?\d\d)?|\))$/i;

function parseInZone(text: string): number {
  // the clock's zone of whoever reads it says nothing about who wrote it
  if (!ZONE.test(text)) return Date.parse(`${text}${/\dT\d/.test(text) ? 'Z' : ' GMT'}`);
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  return Date.parse(text.replace(/\s+([a-z]{2,5})$/i, (_, name: string) => ` ${ZONES[name.toUpperCase()] ?? 'GMT'}`));
}

/** Beside those of RFC 822; names that mean several zones are left out. */
const ZONES: Readonly<Record<string, string>> = {
  ...{ WET: '+0000', WEST: '+0100', BST: '+0100', CET: '+0100', MEZ: '+0100', CEST: '+0200', MESZ: '+0200' },
  ...{ EET: '+0200', EEST: '+0300', MSK: '+0300', SGT: '+0800', HKT: '+0800', JST: '+0900', KST: '+0900' },
  ...{ AEST: '+1000', AEDT: '+1100', NZST: '+1200', NZDT: '+1300', AKST: '-0900', AKDT: '-0800', HST: '-1000' },
};

/** Of clocks that count seconds or milliseconds since 1970. */
function fromCount(count: number): number {
  return count < 100_000_000_000 ? count * 1000 : count;
}

/** With the month in English and no day of the week; as it was where its month is in no language of ours. */
function inEnglish(text: string): string {
  const [, day = '', word = '', year = '', rest = ''] = DAY_MONTH_YEAR.exec(text) ?? [];
  months ??= readMonths();
  const month = months.get(plain(word)) ?? months.get(plain(word).slice(0, 3));
  return month === undefined || month === 0 ? text : `${day} ${ENGLISH[month - 1]} ${year}${rest}`;
}

const DAY_MONTH_YEAR = /(\d{1,2})\.?\s+(?:de\s+)?(\p{L}{3,12})\.?,?\s+(?:de\s+)?(\d{4})(.*)$/u;
const ENGLISH = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const LANGUAGES = 'cs da de es fi fr hu it nb nl pl pt ro ru sv tr uk'.split(' ');

let months: ReadonlyMap<string, number> | undefined;

/** Names of months and their first three letters; 0: languages do not agree. */
function readMonths(): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const add = (name: string, month: number): void =>
    void found.set(name, found.has(name) && found.get(name) !== month ? 0 : month);
  for (const language of LANGUAGES)
    for (const style of ['long', 'short'] as const) {
      const format = new Intl.DateTimeFormat(language, { day: 'numeric', month: style, timeZone: 'UTC' });
      for (const month of ENGLISH.keys()) {
        const parts = format.formatToParts(Date.UTC(2026, month, 5));
        const name = plain(parts.find(({ type }) => type === 'month')?.value ?? '');
        for (const each of new Set([name, name.slice(0, 3)])) add(each, month + 1);
      }
    }
  return found;
}

/** Small letters without marks and points. */
function plain(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/[\p{M}.]/gu, '')
    .toLowerCase();
}
