/** The names of people who are known by name, where a machine prints them: columns of `ls -l`, prompts, processes, ids, variables. */
/** A first name is a word like any other; only beside what nobody but a machine writes is it sure to be the owner's. */

import type { Report } from '../finding.ts';

/** A text without it has no columns of owners. */
export const OWNER_HINT =
  /[-dlbcps](?:[r-][w-][xsStT-]){3}[.+@]?[ \t]{1,4}\d|@[A-Za-z0-9-]{1,63}(?:\.local)?(?::[~/]|[ \t][~\w])|\buid=\d|\b(?:USER(?:NAME)?|LOGNAME)=|^[\w.@-]{2,40} {1,12}\d{1,8} {1,8}\d{1,3}\.\d|\/per-user\/|\/media\//m;

/** Reports each of the names with the replacement `user`, in order. Names of accounts that machines come with are nobody's. */
export function findOwners(text: string, names: readonly string[], report: Report): void {
  const known = new Set(names.filter((name) => name.length >= 2 && !COMMON.test(name)));
  if (known.size === 0) return;
  for (const pattern of [LISTED, PROMPT, SAID]) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      for (const group of ['user', 'group']) {
        const value = match.groups?.[group];
        const range = match.indices?.groups?.[group];
        if (value === undefined || range === undefined || !known.has(value)) continue;
        report({ rule: 'home', start: range[0], end: range[1], value, replacement: 'user' });
      }
    }
  }
}

const LISTED =
  /(?<![\w-])[-dlbcps](?:[r-][w-][xsStT-]){3}[.+@]?[ \t]{1,4}\d{1,6}[ \t]{1,8}(?<user>[\p{L}\p{N}_.@-]{1,40})(?:[ \t]{1,16}(?<group>[\p{L}\p{N}_.@-]{1,40}))?/dgu;
/** `joe@laptop:~/src$`, `[joe@laptop src]$`. */
const PROMPT =
  /(?<![\p{L}\p{N}_.@/:+-])(?<user>[\p{L}\p{N}_.-]{2,40})@[A-Za-z0-9-]{1,63}(?:\.local)?(?=: ?[~/][^\s]{0,200}[$#%"]|[ \t][~\w./-]{1,80}\][$#%])/dgu;
/** `uid=1000(joe) gid=1000(joe)`, `LOGNAME=joe`, a line of `ps aux`, places of their own below others. */
const SAID =
  /(?:(?<=\b[ug]id=\d{1,10}\(|\bgroups=[^\n]{0,400}\b\d{1,10}\(|\b(?:SUDO_)?(?:USER|USERNAME|LOGNAME)=["']?|\/(?:per-user|run\/media|media)\/)|^(?=[^\s]{2,40} {1,12}\d{1,8} {1,8}\d{1,3}\.\d))(?<user>[\p{L}\p{N}_.@-]{2,40})/dgmu;

const COMMON =
  /^(?:root|user|users|admin|administrator|ubuntu|debian|ec2-user|centos|fedora|alpine|node|app|dev|developer|runner|vscode|codespace|gitpod|jenkins|git|www-data|nobody|daemon|bin|sys|staff|wheel|docker|postgres|mysql|redis|nginx|test|guest|default|me|home|pi|vagrant|circleci|travis|build|builder|ci|sandbox|agent|claude)$/i;
