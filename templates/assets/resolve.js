/** `/t/#<hash>`: looks a turn up by its hash and goes to the page that holds it now. */
/** The first two digits name the file to ask; addresses in it are checked before anybody is sent there. */

const form = document.getElementById('resolve-form');
const field = document.getElementById('hash');
const status = document.getElementById('resolve-status');

document.getElementById('resolve-box').hidden = false;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  location.hash = field.value.trim().toLowerCase();
});
addEventListener('hashchange', resolve);
resolve();

async function resolve() {
  const hash = location.hash.slice(1).toLowerCase().replace(/^t-/, '');
  if (hash === '') return;
  if (!/^[0-9a-f]{16,64}$/.test(hash)) {
    status.textContent = 'That is not a hash of 16 to 64 digits.';
    return;
  }
  status.textContent = 'Looking…';
  const short = hash.slice(0, 16);
  const answer = await fetch(`/t/${short.slice(0, 2)}.json`).catch(() => undefined);
  const table = answer?.ok ? await answer.json().catch(() => ({})) : {};
  const url = Object.hasOwn(table, short) ? table[short] : undefined;
  if (typeof url === 'string' && /^\/c\/[0-9a-z/-]+\/$/.test(url)) location.replace(`${url}#t-${short}`);
  else if (answer === undefined) status.textContent = 'The site cannot be reached.';
  else status.textContent = 'No turn with this hash is published here.';
}
