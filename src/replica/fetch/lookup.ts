/** Finds the addresses of a name, and looks at each before a connection is made to one of them. */
/** The check and the connection share one answer of the resolver: one that says something else the second time gains nothing. */

import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { errorCode } from '../../base/disk.ts';
import { NetworkError } from '../errors.ts';
import { findRefusal } from './addresses.ts';
import { refusedAddress } from './destination.ts';

/** All addresses of a name. Throws the system's error when it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/**
 * What Node asks for a name when it makes a connection. One refused address among several refuses the name: nobody can say which of
 * them the next one takes. @NOTE Node never asks it for a host that is an address already.
 */
export function createLookup(resolve: Resolve, check: boolean): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (found) => {
        const addresses = found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        const refused = check ? found.find((address) => findRefusal(address) !== undefined) : undefined;
        const [first] = addresses;
        if (refused !== undefined) callback(refusedAddress(name, refused, findRefusal(refused) ?? ''), '', 0);
        else if (first === undefined) callback(new NetworkError(name, 'name', 'the name has no address'), '', 0);
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: unknown) =>
        callback(new NetworkError(name, 'name', `the name was not found (${errorCode(error)})`, error), '', 0),
    );
  };
}

export async function resolveByDns(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
