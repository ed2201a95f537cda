/** Where the public site can be handed to: the table of `publish --to`. */
/** A new host is one row here and one file beside it. */

import type { ArchiveLog } from '../../replica/log/log.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { readS3Settings } from './s3-settings.ts';
import { type HandedOver, requirePublicSite, type SiteMarker } from './site-files.ts';
import { handToFolder } from './to-folder.ts';
import { handToBranch } from './to-git.ts';
import { handToNetlify } from './to-netlify.ts';

/** What some hosts have to know besides the place. */
export interface HandOverOptions {
  /** What was published, which stands below the site's `/archive/`. */
  readonly archiveLog: ArchiveLog;
  /** Address of a store's interface, as typed. */
  readonly endpoint: string | undefined;
}

interface Host {
  readonly usage: string;
  /** What `--to` says; its group names the place. */
  readonly takes: RegExp;
  /** Throws UsageError for what can be known to fail before anything is published. */
  readonly check?: (context: Context, place: string, endpoint: string | undefined) => void;
  readonly hand: (
    context: Context,
    marker: SiteMarker,
    place: string,
    options: HandOverOptions,
  ) => HandedOver | Promise<HandedOver>;
}

const HOSTS: readonly Host[] = [
  { usage: 'git:<branch> or git:<remote>/<branch>', takes: /^git:(.+)$/, hand: handToBranch },
  {
    usage: 's3://<bucket> or s3://<bucket>/<prefix>',
    takes: /^s3:\/\/(.+)$/,
    check: ({ world }, place, endpoint) => void readS3Settings(world, place, endpoint),
    hand: async (...given) => (await import('./to-s3.ts')).handToS3(...given),
  },
  { usage: 'netlify', takes: /^netlify()$/, hand: handToNetlify },
  // a name before a colon is some other kind of place; a single letter is a drive
  { usage: 'a folder', takes: /^(?![a-z0-9+.-]{2,}:)(.+)$/i, hand: handToFolder },
];

/** Whether the site can go there, as far as can be said without asking: before anything is published. Throws UsageError. */
export function checkPlace(context: Context, to: string, endpoint: string | undefined): void {
  const { host, place } = getHost(to);
  host.check?.(context, place, endpoint);
  if (endpoint !== undefined && host.check === undefined)
    throw new UsageError('--endpoint belongs to a store, as in --to s3://my-bucket');
}

/** Hands what stands in the public site's folder over. Throws UsageError, NetworkError. */
export async function handOver(context: Context, to: string, options: HandOverOptions): Promise<HandedOver> {
  const { host, place } = getHost(to);
  return await host.hand(context, requirePublicSite(context), place, options);
}

function getHost(to: string): { readonly host: Host; readonly place: string } {
  for (const host of HOSTS) {
    const [, place] = host.takes.exec(to) ?? [];
    if (place !== undefined) return { host, place };
  }
  throw new UsageError(`--to takes ${HOSTS.map(({ usage }) => usage).join(', ')}; not "${to}"`);
}
