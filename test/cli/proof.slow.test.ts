/** A proof with any bit flipped, cut anywhere, or with anything behind it does not hold. */
/** In `parseProof` and `checkProof` themselves: a run of the command for each bit would only be slower. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BadProofError, checkProof, parseProof } from '../../src/replica/replica.ts';
import { openPullWorld, type PullWorld } from '../replica/pull/pull-kit.ts';
import { openTerminal, type Terminal } from './world.ts';

let world: PullWorld;
let me: Terminal;

beforeEach(async () => {
  world = await openPullWorld();
  me = openTerminal();
});
afterEach(async () => {
  me.close();
  await world.close();
});

const check = (bytes: Uint8Array) => checkProof(parseProof(bytes));
async function prove(turn: string): Promise<Buffer> {
  expect(await me.run('proof', turn, '--archive', world.origin)).toBe(0);
  return Buffer.from(me.out());
}

describe('proof', () => {
  it('has no byte that could be another: every bit, every cut, everything behind it', async () => {
    const id = world.grow(2, 'oak');
    world.publish();
    const bytes = await prove(id);
    check(bytes);
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (bytes[at] ?? 0) ^ (1 << bit);
        expect(() => check(flipped), `bit ${bit} of byte ${at}`).toThrow(BadProofError);
      }
      expect(() => check(bytes.subarray(0, at)), `cut at ${at}`).toThrow(BadProofError);
    }
    expect(() => check(Buffer.concat([bytes, Buffer.from('\n')]))).toThrow(BadProofError);
  });
});
