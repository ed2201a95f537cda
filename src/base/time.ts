/** Times as milliseconds since 1970 UTC, and the few spellings that pages and feeds need. */
/** No function here reads the clock or the machine's time zone. */

const MIN = 0;
const MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Milliseconds of an ISO 8601 or RFC 3339 text; undefined when it is none. A text without a zone counts as UTC. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const zoned = /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) || ms < MIN || ms > MAX ? undefined : ms;
}

/** `2026-01-02T03:04:05.678Z`. Out of range is clamped to years 1970 to 9999. */
export function isoTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, MIN), MAX)).toISOString();
}

/** `2026-01-02` */
export function isoDate(ms: number): string {
  return isoTime(ms).slice(0, 10);
}

/** `2 Jan 2026, 03:04 UTC` */
export function readableTime(ms: number): string {
  const iso = isoTime(ms);
  return `${readableDate(ms)}, ${iso.slice(11, 16)} UTC`;
}

/** `2 Jan 2026` */
export function readableDate(ms: number): string {
  const iso = isoTime(ms);
  return `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1]} ${iso.slice(0, 4)}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
