/** A finger that goes across: one level stroke, told from scrolling, pinching, selecting and the browser's own gestures. */
/** It only listens and never holds anything up. The style sheet (touch-action) says where a browser leaves strokes across to it. */

/** Pixels across, at least; and so many times further across than down. */
const FAR = 72;
const LEVEL = 2.5;
/** From here a browser goes back or forth. */
const EDGE = 24;

/** `by`: 1 from right to left, as to the next page of a book. `target`: where the finger came down. */
export function onSwipe(act: (target: Element, by: 1 | -1) => void): void {
  let start: { readonly target: Element; readonly x: number; readonly y: number } | undefined;
  const listen = { passive: true };
  addEventListener(
    'touchstart',
    ({ touches, target }) => {
      const [finger] = touches;
      start = undefined;
      if (finger === undefined || touches.length > 1 || !(target instanceof Element)) return;
      const { clientX: x, clientY: y } = finger;
      if (x < EDGE || x > innerWidth - EDGE || scrollsAcross(target)) return;
      start = { target, x, y };
    },
    listen,
  );
  addEventListener('touchcancel', () => {
    start = undefined;
  });
  addEventListener(
    'touchend',
    ({ changedTouches: [finger], touches }) => {
      const from = start;
      start = undefined;
      if (from === undefined || finger === undefined || touches.length > 0) return;
      const [across, down] = [finger.clientX - from.x, finger.clientY - from.y];
      const isStroke = Math.abs(across) >= FAR && Math.abs(across) >= LEVEL * Math.abs(down);
      const isSelecting = getSelection()?.isCollapsed === false;
      if (isStroke && !isSelecting) act(from.target, across < 0 ? 1 : -1);
    },
    listen,
  );
}

/** Code and tables that are wider than the page have the finger first, and so has whoever fills in a form. */
function scrollsAcross(target: Element): boolean {
  if (target.closest('input, textarea, select') !== null) return true;
  for (let element: Element | null = target; element !== null && element !== document.body; ) {
    const { overflowX } = getComputedStyle(element);
    if (element.scrollWidth > element.clientWidth + 1 && overflowX !== 'visible' && overflowX !== 'hidden') return true;
    element = element.parentElement;
  }
  return false;
}
