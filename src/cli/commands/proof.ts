/** `turnpress proof`: writes the proof that a turn was published, and checks such a file without any archive. */
/** It says what holds, link by link, and what is not proven by it. Exit code 4 when a link breaks. */

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openArchive } from '../../archive/archive.ts';
import { isoTime, readableTime } from '../../base/time.ts';
import { formatCount } from '../../model/counts.ts';
import { isHashPrefix, shortId } from '../../model/ids.ts';
import { fingerprintOf, parseVerifierKey } from '../../replica/log/log.ts';
import {
  BadProofError,
  checkProof,
  NotPublishedError,
  PROOF_LIMIT,
  type ProofReport,
  parseProof,
  proveTurn,
} from '../../replica/replica.ts';
import { noSuch, openToRead } from '../archive.ts';
import { isAddress, type PublishedPage, withPublishedPage } from '../checking/published-page.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { type KnownKey, listKnownKeys } from '../following/known-keys.ts';
import { keysOf } from '../following/replicas.ts';
import { findLog } from '../publishing/published.ts';

const NOT_PROVEN = [
  'that nothing was left out before or after this turn, or that the conversation is still published today',
  'the times: that of the turn is as it was recorded, that of publishing is by the publisher’s clock',
  'who the key belongs to, and that an agent wrote these words: only that the key signed them',
] as const;

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const [typed] = args;
  if (typeof options.check === 'string') {
    if (typed !== undefined) throw new UsageError('either a turn, to write its proof, or --check with a file');
    return check(context, resolve(context.world.cwd, options.check), options);
  }
  if (typed === undefined) throw new UsageError('the proof of which turn? or: --check with the file of a proof');
  if (isAddress(typed))
    return withPublishedPage(context, typed, options, async (page) => writeFrom(context, page, options));
  if (options.key !== undefined) throw new UsageError('--key goes with --check, or with the address of a turn');
  return write(context, typed.toLowerCase(), options);
}

/** Of what a site publishes today, without a copy of it. */
function writeFrom(context: Context, { url, dir, turn, conversation }: PublishedPage, options: CommandOptions): number {
  if (turn === undefined) throw new UsageError(`${url}: the proof of which turn? #t-<16 digits> behind it names one`);
  const archive = openArchive(dir, { mode: 'read' });
  const published = archive.findConversation(conversation) !== undefined;
  archive.close();
  if (!published) throw new NotPublishedError(turn, `the archive log does not publish conversation ${conversation}`);
  return write({ ...context, archiveDir: dir }, turn, options);
}

function write(context: Context, typed: string, { output }: CommandOptions): number {
  if (!isHashPrefix(typed)) throw new UsageError(`"${typed}" is no id: 4 to 64 of the digits 0-9 and a-f`);
  const archive = openToRead(context);
  try {
    const turn = archive.findTurn(typed);
    if (turn === undefined) throw noSuch('turn', typed);
    const log = findLog(context, archive);
    if (log === undefined)
      throw new NotPublishedError(turn.hash, 'nothing of this archive was published, so there is nothing to prove');
    try {
      const bytes = proveTurn(archive, log, turn);
      if (typeof output !== 'string') {
        context.printJson({ turn: turn.hash, proof: bytes.toString() });
        // as it stands, to the byte
        if (!context.json) context.world.stdout.write(bytes.toString());
        return EXIT.done;
      }
      const file = resolve(context.world.cwd, output);
      writeFileSync(file, bytes, { flag: 'wx' });
      context.printJson({ turn: turn.hash, file, bytes: bytes.length });
      context.print(
        `${context.shown(file)}: the proof of turn ${shortId(turn.hash)}, ${formatCount(bytes.length)} bytes`,
      );
      return EXIT.done;
    } finally {
      log.close();
    }
  } finally {
    archive.close();
  }
}

function check(context: Context, file: string, options: CommandOptions): number {
  if (statSync(file).size > PROOF_LIMIT) throw new BadProofError('file', `it is over ${PROOF_LIMIT} bytes`);
  const [required] = keysOf(options.key);
  const report = checkProof(parseProof(readFileSync(file)), required);
  const known = listKnownKeys(context);
  const keys = report.signers.map((key) => ({
    key,
    fingerprint: fingerprintOf(parseVerifierKey(key)),
    named: key === required,
    known: known.filter((each) => each.key === key).map(({ where, since }) => ({ where, since })),
  }));
  context.printJson({ holds: true, ...report, keys, notProven: NOT_PROVEN });
  for (const [link, says] of linesOf(report)) context.print(`${link.padEnd(14)}${says}`);
  if (keys.length === 0) context.print(`${'signature'.padEnd(14)}none: the log is unsigned, and anybody can make one`);
  for (const { key, fingerprint, named } of keys) {
    const trusted = named ? 'the one that was named' : trustOf(known.filter((each) => each.key === key));
    context.print(`${'signature'.padEnd(14)}by ${key}: ${trusted}`);
    context.print(`${''.padEnd(14)}fingerprint ${fingerprint.words}`);
  }
  for (const says of NOT_PROVEN) context.print(`${'not proven'.padEnd(14)}${says}`);
  return EXIT.done;
}

function linesOf(report: ProofReport): readonly (readonly [string, string])[] {
  const { turn, typeId, payloadBytes, timeMs, conversation, position, size } = report;
  const { origin, statePosition, logSize, publishedMs } = report;
  return [
    ['payload', `${formatCount(payloadBytes)} bytes, with the hash that the record names`],
    ['turn', `${turn} is the hash of that record (${typeId}, ${readableTime(timeMs)})`],
    ['conversation', `the record is number ${position + 1} of the ${formatCount(size)} published of ${conversation}`],
    ['state', `${isoTime(publishedMs)}: these records, under this root, were published`],
    ['archive', `that state is number ${statePosition + 1} of the ${formatCount(logSize)} in the log of ${origin}`],
  ];
}

function trustOf(known: readonly KnownKey[]): string {
  if (known.length === 0) return 'holds, but nothing here knows this key: compare its fingerprint with its owner';
  return known.map(({ where, since }) => `${where}, since ${since.slice(0, 10)}`).join('; ');
}
