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
    [{ url: 'https://example.org/a b/' }, /url has a path that is not made of letters/],
    [{ url: 'https://example.org//host/' }, /url has a path/],
    [{ images: { publish: 'yes' } }, /images\.publish must be true or false/],
    [{ redact: { allow: ['12'] } }, /redact\.allow\[0\] must be 16 to 64 digits/],
    [[], /^site\.json: the file must be an object$/],
    [7, /^site\.json: the file must be an object$/],
    [{ search: [] }, /search must be an object/],
    [{ search: { tooloutput: true } }, /search\.tooloutput is not known; known here: toolOutput$/],
    [{ publish: [{ visibility: 'public' }] }, /publish\[0\] fits everything.*"conversation": "\*"/],
    [{ publish: [{ project: 'api', visibility: 'public' }] }, /publish\[0\] names its project by a word/],
    [{ tags: [{ add: ['x'] }] }, /tags\[0\] fits everything/],
    [{ tags: [{ project: 'api', add: ['x'] }] }, /tags\[0\] names its project by a word/],
    [{ publish: [{ project: 'a' }] }, /publish\[0\]\.visibility must be "public" or "private"/],
    [{ publish: [{ visibilty: 'public' }] }, /publish\[0\]\.visibilty is not known; known here: agent, project/],
    [{ publish: [{ project: 7, visibility: 'public' }] }, /publish\[0\]\.project must be a text/],
    [{ tags: [{ project: 'a', add: ['x', 1] }] }, /tags\[0\]\.add\[1\] must be a text/],
    [{ title: null }, /title must be a text/],
    [{ url: 'https://example.org/', __proto__: { polluted: 1 }, constructor: 1 }, /constructor is not known/],
  ])('refuses %j instead of guessing', (value, message) => {
    expect(() => checkConfig(value, 'site.json')).toThrow(message);
  });

  it('says which member stands twice', () => {
    const file = join(folder, 'twice.json');
    writeFileSync(file, '{"publish": [{"visibility": "private", "visibility": "public"}]}');
    expect(() => readConfig(file, false)).toThrow(/twice\.json: publish\[0\]\.visibility stands twice/);
  });

  it('may name its schema', () => {
    expect(checkConfig({ $schema: 'https://example.org/schema.json' }, 'site.json')).toEqual(DEFAULT_CONFIG);
  });

  it('adds the slash that a url needs', () => {
    expect(checkConfig({ url: 'https://example.org' }, 'site.json').url).toBe('https://example.org/');
  });
});
