/** Which addresses nobody from outside may send us to: this machine, its networks, and what leads into them. */
/** A page, a feed or a redirect is written by strangers; behind our own address stand things that trust it. Source: RFC 6890 and its successors. */

import ipaddr from 'ipaddr.js';

/** IPv6 addresses that stand somewhere on the internet begin with 001; all others are of this machine, this network or nobody. */
const GLOBAL = ipaddr.IPv6.parse('2000::');
const GLOBAL_BITS = 3;

/** Ranges of ipaddr.js in words; one that is not here is called by its own name. */
const WORDS: Readonly<Record<string, string>> = {
  unspecified: 'of no machine',
  broadcast: 'of every machine here',
  multicast: 'of many machines',
  linkLocal: 'of this link, where clouds keep their keys',
  loopback: 'of this machine itself',
  carrierGradeNat: 'of a provider’s own network',
  private: 'of a private network',
  uniqueLocal: 'of a private network',
  deprecatedSiteLocal: 'of a private network',
  reserved: 'reserved',
  ipv4Mapped: 'an IPv4 address in disguise',
  rfc6145: 'an IPv4 address in disguise',
  rfc6052: 'an IPv4 address in disguise',
  '6to4': 'an IPv4 address in disguise',
  teredo: 'an IPv4 address in disguise',
};

/** Why nothing is fetched from an address, in words that follow "which is"; undefined: it stands on the internet. What is no address is refused. */
export function findRefusal(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'no address';
  const parsed = ipaddr.parse(address);
  const range: string = parsed.range();
  if (range !== 'unicast') return WORDS[range] ?? range;
  if (parsed.kind() === 'ipv6' && !parsed.match(GLOBAL, GLOBAL_BITS)) return 'not of the internet';
  return undefined;
}
