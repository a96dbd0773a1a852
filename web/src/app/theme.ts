// theme.ts - light, dark, or as the machine has it.
export type Theme = 'system' | 'light' | 'dark';

const KEPT_AS = 'kontora.theme';
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');

export function theme(): Theme {
  const kept = localStorage.getItem(KEPT_AS);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function isDark(): boolean {
  const chosen = theme();
  return chosen === 'system' ? prefersDark.matches : chosen === 'dark';
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
}

export function chooseTheme(chosen: Theme): void {
  if (chosen === 'system') localStorage.removeItem(KEPT_AS);
  else localStorage.setItem(KEPT_AS, chosen);
  applyTheme();
}

prefersDark.addEventListener('change', applyTheme);
