/** Light or dark, as the reader chose it. */
/** Apart from what does this on every page: who calls it does not run that again. */

/** `light`, `dark`; anything else: as the system has it. */
export function applyTheme(theme: string): void {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
