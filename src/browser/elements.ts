/** Finds the elements that a page's template promises, each of its kind. */
/** A user's template may lack one: then the script stops with a sentence that names it, and the page stays as it was. */

type Kind<T extends Element> = new () => T;

/** The element with this id. Throws an Error when there is none of that kind. */
export function getElement<T extends Element>(id: string, kind: Kind<T>): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} with the id "${id}"`);
  return element;
}
