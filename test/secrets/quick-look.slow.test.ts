import { expect, it } from 'vitest';
import { createTextScanner } from '../../src/secrets/text-scanner.ts';

/** How many units are looked at at once. */
const PIECE = 1 << 21;

it('finds in a very long text what stands where it is cut into pieces', () => {
  const scanner = createTextScanner({ words: [], personal: false, knownValues: [] });
  const line = 'nothing to see on this line of an ordinary log\n';
  const text = line.repeat(Math.ceil((PIECE * 2.2) / line.length));
  expect(scanner.look(text)).toBe('clean');
  const token = ' ghp_16C7e42F292c6912E7710c838347Ae178B4a ';
  for (const at of [PIECE - 3, PIECE - 20, PIECE, PIECE - 65_540, 2 * PIECE - 65_550, text.length - 60]) {
    expect(scanner.look(text.slice(0, at) + token + text.slice(at)), `at ${at}`).toBe('suspicious');
  }
});
