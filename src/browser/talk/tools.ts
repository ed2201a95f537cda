/** Small things that the scripts of a conversation's page share: buttons, the clipboard, what a reader chose. */
/** Choices are kept in this browser alone; where nothing may be kept they last as long as the page. */

export function makeButton(label: string, press: (button: HTMLButtonElement) => unknown): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', () => void press(button));
  return button;
}

/** `values`: what is kept → what is read. The first is what counts without a choice. */
export function makeChoice(
  label: string,
  values: ReadonlyMap<string, string>,
  chosen: string,
  choose: (value: string) => void,
): HTMLLabelElement {
  const select = document.createElement('select');
  for (const [value, text] of values) select.append(new Option(text, value, false, value === chosen));
  select.addEventListener('change', () => choose(select.value));
  const field = document.createElement('label');
  field.append(`${label} `, select);
  return field;
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Browsers have no clipboard on pages without TLS. */
export function canCopy(): boolean {
  return 'clipboard' in navigator;
}

/** Copies, and says so for a moment. */
export async function copy(text: string, element: Element): Promise<void> {
  if (!canCopy()) return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The browser said no: the link still works, and text can be selected.
    return;
  }
  element.classList.add('copied');
  setTimeout(() => element.classList.remove('copied'), 1500);
}

/** Opens what is folded around an element. */
export function unfold(element: Element | null): void {
  for (let at = element; at !== null; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
}

/** Does it now, and again when the page is loaded: until then a browser goes to where it thinks that the reader belongs. */
export function afterLoad(stand: () => void): void {
  stand();
  if (document.readyState !== 'complete') addEventListener('load', () => requestAnimationFrame(stand), { once: true });
}

export function recall(name: string): string {
  try {
    return localStorage.getItem(`turnpress-${name}`) ?? '';
  } catch {
    return '';
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`turnpress-${name}`, value);
  } catch {
    // Private windows may keep nothing.
  }
}
