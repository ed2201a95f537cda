import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfig, DEFAULT_CONFIG, readConfig } from '../../src/cli/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnpress-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('site.json', () => {
  it('is all defaults when it is empty, and publishes nothing', () => {
    expect(checkConfig({}, 'site.json')).toEqual(DEFAULT_CONFIG);
    expect(DEFAULT_CONFIG.publish).toEqual([]);
  });

  it('is all defaults when there is no file, unless one was named', () => {
    const missing = join(folder, 'missing.json');
    expect(readConfig(missing, false)).toEqual(DEFAULT_CONFIG);
    expect(() => readConfig(missing, true)).toThrow(/missing\.json: cannot be read/);
  });

  it('says where it is no JSON', () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{"title": }');
    expect(() => readConfig(file, false)).toThrow(/broken\.json: is not JSON/);
  });

  it.each([
    [{ titel: 'x' }, /titel is not known; known here: title/],
    [{ publish: [{ project: 'a', visibility: 'Public' }] }, /publish\[0\]\.visibility must be "public" or "private"/],
    [{ publish: [{ projekt: 'a', visibility: 'public' }] }, /publish\[0\]\.projekt is not known/],
    [{ publish: [{ conversation: 'xyz', visibility: 'public' }] }, /publish\[0\]\.conversation must be 8 to 64 digits/],
    [{ publish: 'all' }, /publish must be a list/],
    [{ url: 'javascript:alert(1)' }, /url is no http or https address/],
    [{ url: 'https://example.org/sub/' }, /url must be the root of a host/],
    [{ images: { publish: 'yes' } }, /images\.publish must be true or false/],
    [{ redact: { allow: ['12'] } }, /redact\.allow\[0\] must be 16 to 64 digits/],
    [[], /the file must be an object/],
  ])('refuses %j instead of guessing', (value, message) => {
    expect(() => checkConfig(value, 'site.json')).toThrow(message);
  });

  it('adds the slash that a url needs', () => {
    expect(checkConfig({ url: 'https://example.org' }, 'site.json').url).toBe('https://example.org/');
  });
});
