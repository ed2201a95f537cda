/** The button that checks a page: what does it is loaded when somebody asks. */
/** A page opened without the site's scripts has no button, because it could do nothing. */

const button = document.querySelector<HTMLButtonElement>('.page-check button');
const out = document.querySelector<HTMLElement>('.page-check [role="status"]');
if (button !== null && out !== null) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    button.disabled = true;
    out.textContent = 'Checking…';
    try {
      await (await import(button.dataset.checker ?? '')).checkThisPage(out);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      out.textContent = `Not checked: the program that checks did not come. Nothing is said about the page; try again later. (${why})`;
    }
    button.disabled = false;
  });
}
