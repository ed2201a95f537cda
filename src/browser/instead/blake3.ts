/** Starts the BLAKE3 of a page: base/blake3.ts hashes with the same package, whose program a browser has to fetch first. */
/** The bytes go in as they come: what type the host gives them does not matter. */

import init from 'blake3-wasm/dist/wasm/web/blake3_js.js';

const PROGRAM = new URL('blake3-wasm/dist/wasm/web/blake3_js_bg.wasm', import.meta.url);

export async function startHashing(): Promise<void> {
  const answer = await fetch(PROGRAM);
  // its types take it for CommonJS, and it is a module
  await (init as unknown as (program: ArrayBuffer) => Promise<unknown>)(await answer.arrayBuffer());
}
