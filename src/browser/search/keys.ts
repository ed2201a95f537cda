/** Arrow keys lead from the field into the results and through them; Escape leads back. */
/** Enter is the browser's own: it sends the form, or follows the link. */

export function moveThroughResults(field: HTMLInputElement, list: HTMLElement): void {
  // what is folded cannot be focused
  const links = (): readonly HTMLAnchorElement[] =>
    [...list.querySelectorAll('a')].filter((link) => link.checkVisibility());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const all = links();
    const active = document.activeElement;
    const at = active instanceof HTMLAnchorElement ? all.indexOf(active) : -1;
    const inField = active === field;
    if (!inField && at === -1) return;
    if (event.key === 'ArrowDown') (all[at + 1] ?? all[at])?.focus();
    else if (event.key === 'ArrowUp' && !inField) (all[at - 1] ?? field).focus();
    else if (event.key === 'Escape' && !inField) field.select();
    else return;
    event.preventDefault();
  });
}
