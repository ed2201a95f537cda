/** The short name of a project, from the folder that an agent worked in. */
/** One rule for all importers, so that a project has one name whatever agent worked on it. */

/** Last segment of a path or address, both slashes; in a git worktree that of the repository it belongs to. Undefined: none. */
export function findProject(path: string): string | undefined {
  const place = WORKTREE.exec(path)?.[1] ?? path;
  return place
    .split(/[\\/]/)
    .findLast((segment) => segment !== '' && !/^[A-Za-z]:$/.test(segment))
    ?.toWellFormed()
    .slice(0, LONGEST);
}

const LONGEST = 120;
/** `repo/.worktrees/1`, `repo/.claude/worktrees/name`: the worktree's own name says nothing. */
const WORKTREE = /^(.+?)[\\/](?:\.worktrees|\.[a-z]+[\\/]worktrees)[\\/][^\\/]/;
