/** Where a request may go: what an address must look like, and which hosts and ports the person has named. */
/** Asked for the first address and for that of every redirect; what a name resolves to is checked when the connection is made. */

import { isIP } from 'node:net';
import { NetworkError } from '../errors.ts';
import { findRefusal } from './addresses.ts';

/** What the person has said about hosts. */
export interface Permission {
  /** Hosts that may have any address: `name` or `name:port`, as typed. */
  readonly allowHosts: readonly string[];
  /** Addresses that the person typed, whole: their ports may be used on their hosts. */
  readonly typed: readonly string[];
}

export interface Destination {
  readonly url: URL;
  /** The person named the host: its address is not looked at. */
  readonly allowed: boolean;
}

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * Checks an address. `from`: where a redirect to it came from; what the person allowed holds beyond one only on the same host and
 * port. Throws NetworkError.
 */
export function findDestination(address: string | URL, permission: Permission, from?: Destination): Destination {
  const url = parseAddress(address, from?.url);
  const port = portOf(url);
  if (PORTS[url.protocol] === undefined)
    throw new NetworkError(nameOf(url), 'address', `only http and https are fetched, not ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw new NetworkError(nameOf(url), 'address', 'an address with a user name or password in it is not fetched');
  const stays = from === undefined || url.host === from.url.host;
  const { hosts, typed } = parsedOf(permission);
  const named = hosts.filter(({ host }) => host === url.hostname);
  const allowed =
    stays && (from?.allowed ?? true) && named.some((each) => each.port === undefined || each.port === port);
  const opened =
    stays && (typed.has(url.host) || named.some((each) => each.port === port) || from?.url.host === url.host);
  if (!opened && port !== '80' && port !== '443')
    throw new NetworkError(url.host, 'address', `port ${port} is fetched from only when a person typed it`);
  const literal = literalOf(url);
  const refusal = allowed || literal === undefined ? undefined : findRefusal(literal);
  if (refusal !== undefined) throw refusedAddress(url.host, literal ?? '', refusal);
  return { url, allowed };
}

/** One error for literals and for what a name resolves to. */
export function refusedAddress(host: string, address: string, refusal: string): NetworkError {
  const which = host.includes(address) ? 'its address' : `it leads to ${address}, which`;
  return new NetworkError(
    host,
    'address',
    `nothing is fetched from there, because ${which} is ${refusal}; if it is meant, allow it with --allow-host`,
  );
}

function parseAddress(address: string | URL, base: URL | undefined): URL {
  try {
    const url = new URL(address, base);
    url.hash = '';
    return url;
  } catch {
    throw new NetworkError(String(address).slice(0, 200), 'address', 'this is no address of the web');
  }
}

interface ParsedPermission {
  readonly hosts: readonly { readonly host: string; readonly port: string | undefined }[];
  readonly typed: ReadonlySet<string>;
}

/** Asked for with every request. */
const parsed = new WeakMap<Permission, ParsedPermission>();

function parsedOf(permission: Permission): ParsedPermission {
  const known = parsed.get(permission);
  if (known !== undefined) return known;
  const typed = permission.typed.flatMap((each) => (URL.canParse(each) ? [new URL(each).host] : []));
  const made = { hosts: permission.allowHosts.map(parseAllowed), typed: new Set(typed) };
  parsed.set(permission, made);
  return made;
}

function nameOf(url: URL): string {
  return url.host === '' ? url.protocol : url.host;
}

function portOf(url: URL): string {
  return url.port === '' ? (PORTS[url.protocol] ?? '') : url.port;
}

/** The address that a host is, without brackets; undefined for a name. */
function literalOf({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
}

/** As URL spells hosts, so that `LOCALHOST` and `::1` are found. What is no host allows nothing. */
function parseAllowed(typed: string): { readonly host: string; readonly port: string | undefined } {
  const text = isIP(typed) === 6 ? `[${typed}]` : typed;
  if (!/^[^/?#@\\\s]+$/.test(text) || !URL.canParse(`http://${text}/`)) return { host: '', port: undefined };
  const { hostname } = new URL(`http://${text}/`);
  return { host: hostname, port: /:(\d+)$/.exec(text.replace(/^\[[^\]]*\]/, ''))?.[1] };
}
