import { describe, expect, it } from 'vitest';
import { sayingOfTexts, sayingOfWords } from '../../../src/cli/withdraw/saying.ts';
import { findMembers, withoutMembers } from '../../../src/cli/withdraw/withdrawal.ts';

const said = sayingOfTexts(['Please rotate the key of Acme Holding, it is in /srv/code/vault.', 'ok']);

describe('what a turn says', () => {
  it('stands in a text that repeats all of it', () => {
    expect(said.standsIn('please ROTATE the key of Acme-Holding: it is in srv/code/vault')).toBe(true);
    expect(said.standsIn('He said: "Please rotate the key of Acme Holding, it is in /srv/code/vault." And then?')).toBe(
      true,
    );
    expect(said.standsIn('Please rotate the key')).toBe(false);
  });

  it('is not what everybody says, unless a text says nothing else', () => {
    expect(said.standsIn('OK!')).toBe(true);
    expect(said.standsIn('ok, go on')).toBe(false);
    expect(said.standsIn('')).toBe(false);
  });

  it('gave a title its words, but no place its name', () => {
    const meta = {
      title: 'The key of Acme Holding',
      project: 'vault',
      cwd: '/srv/code/vault',
      git: { branch: 'rotate-the-key', remote: 'https://git.example.org/acme/vault.git', commit: 'abc' },
      tags: ['acme holding', 'ok'],
      agent: 'claude-code',
    };
    expect(findMembers(meta, said)).toEqual(['title', 'git.branch', 'tags']);
    expect(withoutMembers(meta, said)).toEqual({
      project: 'vault',
      cwd: '/srv/code/vault',
      git: { remote: 'https://git.example.org/acme/vault.git', commit: 'abc' },
      tags: ['ok'],
      agent: 'claude-code',
    });
    expect(findMembers({ title: 'Something else about Acme' }, said)).toEqual([]);
  });
});

describe('words that were typed', () => {
  it('are meant wherever they stand, be it inside another word', () => {
    const typed = sayingOfWords('Acme');
    const meta = { title: 'An ACME thing', project: 'acme-vault', cwd: '~/acmecorp', git: { remote: 'git@x:acme/y' } };
    expect(findMembers(meta, typed)).toEqual(['title', 'project', 'cwd', 'git.remote']);
    expect(withoutMembers(meta, typed)).toEqual({});
    // what is left of its folders must not make it a conversation of those alone
    const two = { cwd: '~/acme', folders: ['~/acme', '~/open'], git: { branch: 'main' } };
    expect(withoutMembers(two, typed)).toEqual({});
    expect(typed.standsIn('the acmecorp people')).toBe(true);
    expect(sayingOfWords('§§').standsIn('x §§ y')).toBe(true);
    expect(sayingOfWords('a  b').standsIn('A\nB')).toBe(true);
  });
});
