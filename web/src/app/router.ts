// router.ts - which address is shown. Addresses are plain; the browser's back button works.
import { useEffect, useState } from 'preact/hooks';

export interface Place {
  path: string;
  query: URLSearchParams;
}

export type Found = Record<string, string>;

const listeners = new Set<() => void>();

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  listeners.forEach((tell) => tell());
  if (how === 'push') window.scrollTo(0, 0);
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const tell = () => setPlace(here());
    listeners.add(tell);
    window.addEventListener('popstate', tell);
    return () => {
      listeners.delete(tell);
      window.removeEventListener('popstate', tell);
    };
  }, []);
  return place;
}

/** "/app/cases/:kind/:workflow" against an address; null when it is another one. */
export function match(pattern: string, path: string): Found | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (wanted.length !== given.length) return null;
  const found: Found = {};
  for (const [i, part] of wanted.entries()) {
    if (part.startsWith(':')) found[part.slice(1)] = decodeURIComponent(given[i]!);
    else if (part !== given[i]) return null;
  }
  return found;
}

/** Clicks on our own links change the view instead of loading the page. */
export function followLinks(event: MouseEvent): void {
  const link = (event.target as Element).closest?.('a[href^="/app"]');
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (link && isPlain && !event.defaultPrevented && !link.hasAttribute('target')) {
    event.preventDefault();
    go(link.getAttribute('href')!);
  }
}
