// keys.ts - what the keyboard does. A letter does nothing while somebody writes.
import { useEffect } from 'preact/hooks';

export type Keys = Record<string, (event: KeyboardEvent) => void>;

function isWriting(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.('input, textarea, select, [contenteditable]');
}

function nameOf(event: KeyboardEvent): string {
  const held = event.ctrlKey || event.metaKey ? 'Ctrl+' : '';
  // By the place on the keyboard where it is a letter, so that it works in a Russian layout too.
  const key = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key;
  return held + key;
}

/** Names such as "j", "?", "Ctrl+k"; those with Ctrl work everywhere, others only outside fields and dialogs. */
export function useKeys(keys: Keys): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const name = nameOf(event);
      const act = keys[name];
      const isFree = name.startsWith('Ctrl+') || (!isWriting(event.target) && !document.querySelector('dialog[open]'));
      if (act && isFree && !event.altKey && !event.isComposing) {
        event.preventDefault();
        act(event);
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}

/** J and K walk through links that are marked with data-walk. */
export function walk(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('[data-walk]')];
  const now = links.indexOf(document.activeElement as HTMLElement);
  const next = links[now === -1 ? (step === 1 ? 0 : links.length - 1) : now + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}
