/** Names of archives and logs: the origin in archive.json and the first line of a checkpoint. */
/** An origin is also the name of the key that signs, so it is what a C2SP key name may be, everywhere alike. Source: https://c2sp.org/signed-note */

/** A key name has no spaces and no plus; nothing that cannot be seen, either: two origins that look alike must be alike. */
const NAME = /^[^\s+\p{Cc}\p{Cf}\p{Cs}]+$/u;
const LIMIT = 512;
/** A slash and 64 digits. */
const LOG_SUFFIX = 65;

/** Whether an archive may have this name: 1 to 512 characters, none of them a space, a plus or invisible. */
export function isOrigin(text: string): boolean {
  return text.length <= LIMIT && NAME.test(text);
}

/** The same for the first line of a checkpoint, which names an archive's log or that of a conversation: `<origin>/<root>`. */
export function isLogOrigin(line: string): boolean {
  return line.length <= LIMIT + LOG_SUFFIX && NAME.test(line);
}

/** The archive's part of a conversation's origin line; undefined when the line is none of that conversation. */
export function findArchiveOrigin(line: string, conversation: string): string | undefined {
  const end = line.length - LOG_SUFFIX;
  const origin = line.slice(0, Math.max(0, end));
  return line.slice(end) === `/${conversation}` && isOrigin(origin) ? origin : undefined;
}
