/** The demo archive's key and clock: everybody has them, so that its archive log is the same bytes wherever it is made. */
/** Made of a public text. What it signs proves nothing; it only shows what a signature looks like. */

import { createHash, createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 of it is the Ed25519 seed. */
const PUBLIC_TEXT = 'turnpress demo archive: everybody has this key, and it proves nothing';
/** DER of a PKCS #8 Ed25519 key up to its 32 bytes (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** When the demo says that it was published. */
export const DEMO_NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Puts the key where `publish` looks for it. */
export function writeDemoKey(archiveDir: string): void {
  const seed = createHash('sha256').update(PUBLIC_TEXT).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const folder = join(archiveDir, 'private', 'keys');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'archive.ed25519'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}
