/** A conversation page that is asked for a turn it does not hold sends to where the turn stands now. */
/** That happens when the main branch went another way after somebody kept the address. */

addEventListener('hashchange', jump);
jump();

function jump() {
  const turn = /^#t-([0-9a-f]{16})$/.exec(location.hash)?.[1];
  if (turn !== undefined && document.getElementById(`t-${turn}`) === null) location.replace(`/t/#${turn}`);
}
