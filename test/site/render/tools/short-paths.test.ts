/** Paths are shown from the folder a session was held in, whichever way its system writes them. */

import { expect, it } from 'vitest';
import { shortenPath } from '../../../../src/site/render/tools/short-paths.ts';

it.each([
  ['~/app/src/a.ts', ['~/app'], 'src/a.ts'],
  ['~\\app\\src\\a.ts', ['~\\app'], 'src\\a.ts'],
  ['~/app/tree/src/a.ts', ['~/app', '~/app/tree'], 'src/a.ts'],
  ['~/app', ['~/app'], '.'],
  ['~/apple/a.ts', ['~/app'], '~/apple/a.ts'],
  ['/a.ts', ['/'], '/a.ts'],
])('%s of %j is %s', (path, folders, short) => {
  expect(shortenPath(path, folders)).toBe(short);
});
