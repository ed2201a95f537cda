/** Hands the public site to a branch of git, as one commit that holds the site and nothing else. */
/** Made with git's plumbing from the files alone: no work tree and no index of the person's is touched, no filter and no hook runs. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeUtf8 } from '../../base/bytes.ts';
import type { ArchiveLog } from '../../replica/log/log.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { HEARD_MS, mayBeInterrupted } from '../machine/signals.ts';
import { checkNotBehind, LOG_CHECKPOINT } from './not-behind.ts';
import { type HandedOver, listSiteFiles, MARKER, parseMarker, type SiteMarker } from './site-files.ts';

/** Hosts that would run the pages through a generator do not where this stands. */
const AS_IT_IS = '.nojekyll';

/** `name`: a branch, or a remote, a slash and a branch, which is pushed. */
export async function handToBranch(
  context: Context,
  marker: SiteMarker,
  name: string,
  { archiveLog }: { readonly archiveLog: ArchiveLog },
): Promise<HandedOver> {
  const git = createGit(context.world);
  const remotes = (await git('remote')).split('\n');
  const [first = '', ...rest] = name.split('/');
  const remote = rest.length > 0 && remotes.includes(first) ? first : undefined;
  const branch = remote === undefined ? name : rest.join('/');
  const ref = `refs/heads/${branch}`;
  if (!(await succeeds(git('check-ref-format', ref)))) throw new UsageError(`"${branch}" is no name of a branch`);
  if ((await git('for-each-ref', '--format=%(worktreepath)', ref)).trim() !== '')
    throw new UsageError(`branch ${branch} is checked out; the site goes to one that nobody works on`);
  const parent = (await git('for-each-ref', '--format=%(objectname)', ref)).trim();
  if (parent !== '') {
    await checkOurs(git, branch, parent, marker);
    const there = await findFile(git, parent, LOG_CHECKPOINT);
    checkNotBehind(there === undefined ? undefined : encodeUtf8(there), archiveLog, `branch ${branch}`);
  }
  const tree = await writeTree(context, git);
  const says =
    remote === undefined ? `branch ${branch} holds the site` : `branch ${branch} of ${remote} holds the site`;
  const same = parent !== '' && (await git('rev-parse', `${parent}^{tree}`)).trim() === tree.id;
  const commit = same ? parent : await commitTree(git, tree.id, parent);
  // only from what it was: somebody else may have moved it meanwhile
  if (!same) await git('update-ref', ref, commit, parent);
  if (remote !== undefined) await git('push', '--quiet', remote, `${commit}:${ref}`);
  return { written: same ? 0 : tree.files, removed: 0, unchanged: same ? tree.files : 0, says };
}

/** Throws UsageError for a branch that holds something else. */
async function checkOurs(git: Git, branch: string, commit: string, { site }: SiteMarker): Promise<void> {
  const there = parseMarker((await findFile(git, commit, MARKER)) ?? '');
  if (there?.site === site && there.visibility === 'public') return;
  throw new UsageError(`branch ${branch} holds something else than this site; name a new one`);
}

async function findFile(git: Git, commit: string, path: string): Promise<string | undefined> {
  return (await succeeds(git('cat-file', '-e', `${commit}:${path}`))) ? git('show', `${commit}:${path}`) : undefined;
}

/** The site's files byte for byte, whatever the repository's attributes would make of them. */
async function writeTree(
  { publicDir, world }: Context,
  git: Git,
): Promise<{ readonly id: string; readonly files: number }> {
  const files = [...listSiteFiles(publicDir)].sort();
  const folder = mkdtempSync(join(tmpdir(), 'turnpress-git-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const forget = world.hold?.(remove);
  try {
    const index = { GIT_INDEX_FILE: join(folder, 'index') };
    const paths = files.map((path) => `${join(publicDir, path)}\n`).join('');
    const ids = (await git.with({ input: paths }, 'hash-object', '-w', '--no-filters', '--stdin-paths')).split('\n');
    const empty = (await git.with({}, 'hash-object', '-w', '--stdin')).trim();
    const lines = files.map((path, i) => `100644 ${ids[i]}\t${path}\0`);
    if (!files.includes(AS_IT_IS)) lines.push(`100644 ${empty}\t${AS_IT_IS}\0`);
    await git.with({ input: lines.join(''), env: index }, 'update-index', '-z', '--index-info');
    return { id: (await git.with({ env: index }, 'write-tree')).trim(), files: files.length };
  } finally {
    forget?.();
    remove();
  }
}

/** By the person's own name where git knows one. */
async function commitTree(git: Git, tree: string, parent: string): Promise<string> {
  const parents = parent === '' ? [] : ['-p', parent];
  const known = await succeeds(git('var', 'GIT_AUTHOR_IDENT'));
  const who = ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, 'turnpress'],
    [`GIT_${role}_EMAIL`, 'turnpress@localhost'],
  ]);
  const env = known ? {} : Object.fromEntries(who);
  return (await git.with({ env }, 'commit-tree', tree, ...parents, '-m', 'Publish the site')).trim();
}

interface Git {
  (...args: readonly string[]): Promise<string>;
  with(
    options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> },
    ...args: readonly string[]
  ): Promise<string>;
}

/** Beside this thread, so that a signal ends us and not only the git that is at work. */
function createGit({ cwd, env: base }: Context['world']): Git {
  const run: Git['with'] = ({ input = '', env }, ...args) => {
    const options = { cwd, encoding: 'utf8', maxBuffer: 1024 * 1024 * 1024, env: { ...base, ...env } } as const;
    return new Promise((resolve, reject) => {
      const all = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...args];
      const child = execFile('git', all, options, (error, said, complaint) => {
        if (error === null) return resolve(said);
        const failed = () => reject(new UsageError(`git ${args[0]} failed: ${complaint.trim() || error.message}`));
        if (mayBeInterrupted(error)) setTimeout(failed, HEARD_MS);
        else failed();
      });
      // one that ends before it has read all of it says why
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
  };
  return Object.assign((...args: readonly string[]) => run({}, ...args), { with: run });
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
