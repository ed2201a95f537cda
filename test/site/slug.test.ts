import { describe, expect, it } from 'vitest';
import { slug } from '../../src/site/slug.ts';

describe('a slug', () => {
  it('is the name itself where that is a plain one', () => {
    for (const name of ['my-app', 'a', 'v2', 'b-0c1d2e3f', 'x'.repeat(60)]) expect(slug(name)).toBe(name);
  });

  it('ends in the first digits of the BLAKE3 of a name that lost letters', () => {
    // the BLAKE3 of nothing, from its specification
    expect(slug('')).toBe('x-af1349b9');
    expect(slug('Übung 1')).toMatch(/^ubung-1-[0-9a-f]{8}$/);
    expect(slug('../etc/passwd')).toMatch(/^etc-passwd-[0-9a-f]{8}$/);
    expect(slug(`${'y'.repeat(61)}`)).toMatch(/^y{60}-[0-9a-f]{8}$/);
  });

  it('is no name of a device', () => {
    for (const name of ['nul', 'con', 'aux', 'prn', 'com1', 'lpt9', 'NUL', 'con.', 'com0'])
      expect(slug(name)).toMatch(/^[a-z0-9]+-[0-9a-f]{8}$/);
    for (const name of ['console', 'com', 'com10', 'nul-1']) expect(slug(name)).toBe(name);
  });

  it('tells names apart that look alike', () => {
    const names = ['my app', 'My App', 'my_app', 'my-app', 'my--app', 'my-app-', '日本', '中国', 'é', 'e\u0301'];
    expect(new Set(names.map(slug)).size).toBe(names.length);
  });
});
