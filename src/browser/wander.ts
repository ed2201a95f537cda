/** `/wander/`: a button that leads to one of the conversations of the list, whichever it may be. */
/** Without scripts the list itself is the way. */

const links = [...document.querySelectorAll<HTMLAnchorElement>('[data-list="wander"] .list-title a')];
const lead = document.querySelector('main .lead');

if (links.length > 1 && lead !== null) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'wander';
  button.textContent = 'Take me somewhere';
  button.addEventListener('click', () => links[Math.floor(Math.random() * links.length)]?.click());
  lead.after(button);
}
