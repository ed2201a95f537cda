/** node:module: what the renderer loads only when it is needed (colours, the second sanitiser) a page does not have. */
/** It renders without colours; a turn that needs the second sanitiser is said not to be compared. */

export function createRequire(): (name: string) => never {
  return (name) => {
    throw new Error(`${name} is not there in a page`);
  };
}
