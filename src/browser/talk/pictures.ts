/** Pictures opened full over the page: arrows lead to the others on it, Escape or a click closes. */
/** Without scripts the link around each of them leads to the file. */

export function openPictures(place: HTMLElement): void {
  const links = [...place.querySelectorAll<HTMLAnchorElement>('.blob > a')];
  if (links.length === 0) return;
  const dialog = document.createElement('dialog');
  const image = document.createElement('img');
  const caption = document.createElement('p');
  dialog.className = 'picture';
  dialog.append(image, caption);
  let at = 0;
  const show = (next: number): void => {
    at = (next + links.length) % links.length;
    const link = links[at];
    const small = link?.querySelector('img');
    image.src = link?.href ?? '';
    image.alt = small?.alt ?? '';
    const count = links.length === 1 ? '' : ` (${at + 1} of ${links.length})`;
    caption.textContent = `${link?.parentElement?.querySelector('figcaption')?.textContent ?? ''}${count}`;
  };
  dialog.setAttribute('aria-label', 'Picture');
  dialog.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => links[at]?.focus());
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowRight') show(at + 1);
    else if (event.key === 'ArrowLeft') show(at - 1);
    // the page's own keys are not meant here
    event.stopPropagation();
  });
  place.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !(event.target instanceof Element)) return;
    const link = event.target.closest<HTMLAnchorElement>('.blob > a');
    if (link === null || !links.includes(link)) return;
    event.preventDefault();
    if (!dialog.isConnected) document.body.append(dialog);
    show(links.indexOf(link));
    dialog.showModal();
  });
}
