import { describe, expect, it } from 'vitest';
import { DamageError, FutureFormatError, LockedError, WriteRefusedError } from '../../src/archive/archive.ts';
import { LimitError } from '../../src/base/errors.ts';
import { EXIT, exitCodeOf, UsageError } from '../../src/cli/errors.ts';
import {
  ArchiveGrewError,
  BuildRunningError,
  ForeignOutputError,
  PublishBlockedError,
  TemplateError,
} from '../../src/site/errors.ts';

describe('exit codes', () => {
  it.each([
    ['wrong words', new UsageError('no')],
    ['a folder that is somebody else’s', new ForeignOutputError('/tmp')],
    ['an archive that grew during a public build', new ArchiveGrewError()],
    ['a build that is running', new BuildRunningError('/tmp', undefined)],
    ['a template that does not render', new TemplateError('no', undefined)],
    ['a finding', new PublishBlockedError('00', 'turn 00: token', 1)],
    ['a limit', new LimitError('payload', 1)],
    ['no permission', Object.assign(new Error('no'), { code: 'EACCES' })],
  ])('are 2 for %s: the person can mend it', (_, error) => {
    expect(exitCodeOf(error)).toBe(EXIT.usage);
  });

  it('are 1 for what should not happen', () => {
    expect(exitCodeOf(new TypeError('x is undefined'))).toBe(EXIT.bug);
    expect(exitCodeOf('thrown text')).toBe(EXIT.bug);
  });

  it('are 2 for a locked or a newer archive, 4 for a damaged one', () => {
    expect(exitCodeOf(new LockedError('lock', 'another process'))).toBe(EXIT.usage);
    expect(exitCodeOf(new FutureFormatError('archive.json', 'version 2'))).toBe(EXIT.usage);
    expect(exitCodeOf(new DamageError('checkpoint', 'does not fit'))).toBe(EXIT.damaged);
    expect(exitCodeOf(new WriteRefusedError('a sync failed'))).toBe(EXIT.damaged);
  });
});
