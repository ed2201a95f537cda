/** Where the public site can be handed to: the table of `publish --to`. */
/** A new host is one row here and one file beside it. */

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { type HandedOver, requirePublicSite, type SiteMarker } from './site-files.ts';
import { handToFolder } from './to-folder.ts';
import { handToBranch } from './to-git.ts';
import { handToNetlify } from './to-netlify.ts';

interface Host {
  readonly usage: string;
  /** What `--to` says; its group names the place. */
  readonly takes: RegExp;
  readonly hand: (context: Context, marker: SiteMarker, place: string) => HandedOver;
}

const HOSTS: readonly Host[] = [
  { usage: 'git:<branch> or git:<remote>/<branch>', takes: /^git:(.+)$/, hand: handToBranch },
  { usage: 'netlify', takes: /^netlify()$/, hand: handToNetlify },
  // a name before a colon is some other kind of place; a single letter is a drive
  { usage: 'a folder', takes: /^(?![a-z0-9+.-]{2,}:)(.+)$/i, hand: handToFolder },
];

/** Whether `--to` names a place at all: asked before anything is published. Throws UsageError. */
export function checkPlace(to: string): void {
  getHost(to);
}

/** Hands what stands in the public site's folder over. Throws UsageError. */
export function handOver(context: Context, to: string): HandedOver {
  const host = getHost(to);
  return host.hand(context, requirePublicSite(context), host.takes.exec(to)?.[1] ?? '');
}

function getHost(to: string): Host {
  const host = HOSTS.find(({ takes }) => takes.test(to));
  if (host !== undefined) return host;
  throw new UsageError(`--to takes ${HOSTS.map(({ usage }) => usage).join(', ')}; not "${to}"`);
}
