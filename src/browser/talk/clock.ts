/** Times as the reader's clock has them, on request. */
/** The page says UTC, which everybody can be told; `datetime` keeps it. */

import { keep, makeChoice, recall } from './tools.ts';

export function openClock(place: HTMLElement): { readonly control: HTMLElement } {
  const told = new Map<HTMLTimeElement, string>();
  const show = (zone: string): void => {
    for (const time of place.querySelectorAll('time')) {
      const text = told.get(time) ?? time.textContent;
      told.set(time, text);
      const date = new Date(time.dateTime);
      time.textContent = zone !== 'local' || Number.isNaN(date.getTime()) ? text : localTime(date, text.length > 5);
    }
  };
  const zones = new Map([
    ['', 'UTC'],
    ['local', Intl.DateTimeFormat().resolvedOptions().timeZone],
  ]);
  const kept = recall('zone');
  if (kept === 'local') show(kept);
  const control = makeChoice('Time', zones, kept, (zone) => {
    keep('zone', zone);
    show(zone);
  });
  return { control };
}

function localTime(date: Date, whole: boolean): string {
  const clock = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return whole
    ? `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })}, ${clock}`
    : clock;
}
