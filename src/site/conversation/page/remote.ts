/** Addresses of commits on the hosts whose addresses are known. */
/** A remote comes from a session: only what is spelt like a repository on one of these hosts becomes a link. */

/** By host: what stands between a repository and a commit. */
const HOSTS: ReadonlyMap<string, string> = new Map([
  ['github.com', '/commit/'],
  ['codeberg.org', '/commit/'],
  ['gitlab.com', '/-/commit/'],
  ['bitbucket.org', '/commits/'],
]);

/** `remote`: as git has it, `git@host:owner/name.git` or an address. Undefined: nobody knows where the commit can be seen. */
export function commitUrl(remote: string | undefined, hash: string): string | undefined {
  const plain = (remote ?? '').replace(/\/$/, '').replace(/\.git$/, '');
  const [, host = '', path = ''] =
    /^(?:https?:\/\/(?:[\w-]+@)?|ssh:\/\/git@|git@)?([a-z.]+)[:/]([\w.-]+(?:\/[\w.-]+)+)$/.exec(plain) ?? [];
  const between = HOSTS.get(host);
  if (between === undefined || !/^[0-9a-f]{7,40}$/.test(hash) || path.split('/').some((part) => /^\.+$/.test(part)))
    return undefined;
  return `https://${host}/${path}${between}${hash}`;
}
