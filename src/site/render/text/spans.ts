/** Spans of time and large numbers as people say them. */
/** Beside names.ts: words only, the same on every machine. */

/** `8 s`, `4 min`, `2 h 5 min`, `3 days 4 h`. Less than a second is nothing. */
export function spanOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 1) return '';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return join(`${hours} h`, minutes % 60, 'min');
  return join(`${Math.floor(hours / 24)} days`, hours % 24, 'h');
}

function join(first: string, rest: number, unit: string): string {
  return rest === 0 ? first : `${first} ${rest} ${unit}`;
}

/** `940`, `12.3k`, `1.2M`: three digits are enough to compare. */
export function roundCount(count: number): string {
  if (count < 1000) return String(Math.round(count));
  if (count < 999_500) return `${short(count / 1000)}k`;
  return `${short(count / 1_000_000)}M`;
}

function short(n: number): string {
  return n < 99.95 ? n.toFixed(1).replace(/\.0$/, '') : String(Math.round(n));
}
