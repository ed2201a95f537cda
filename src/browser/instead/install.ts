/** Puts the page's Buffer where the archive's readers look for it. */
/** A module of its own, because all of a module's imports run before its first line: whoever needs it imports this first. */

import { pageBuffer } from './buffer.ts';

Object.assign(globalThis, { Buffer: pageBuffer });
