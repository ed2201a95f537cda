import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findGateKey } from '../../../src/cli/machine/gate-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnpress-key-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the key of the gate', () => {
  it('is made once, for its owner alone, in the folder that the environment names', () => {
    const state = join(folder, 'a');
    const world = { env: { XDG_STATE_HOME: state }, home: join(folder, 'home') };
    const key = findGateKey(world);
    expect(key).toHaveLength(32);
    expect(findGateKey(world)).toEqual(key);
    expect(statSync(join(state, 'turnpress', 'gate.key')).mode & 0o77).toBe(process.platform === 'win32' ? 0o66 : 0);
    expect(findGateKey({ env: { XDG_STATE_HOME: join(folder, 'b') }, home: world.home })).not.toEqual(key);
  });

  it('is none where it cannot be kept, or is not as it was made', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(findGateKey({ env: { XDG_STATE_HOME: join(folder, 'file') }, home: folder })).toBeUndefined();
    const world = { env: { XDG_STATE_HOME: join(folder, 'c') }, home: folder };
    findGateKey(world);
    writeFileSync(join(folder, 'c', 'turnpress', 'gate.key'), '');
    expect(findGateKey(world)).toBeUndefined();
  });
});
