// letter.tsx - a letter's HTML as its reader will see it, in a frame where nothing of it can do anything.
//
// The frame runs no script, sends no form and opens nothing (sandbox), and loads from nowhere else (the policy
// of the page). That policy takes no styles written into HTML either, so these are set one by one by script.
import { useEffect, useRef } from 'preact/hooks';

interface Trusted { createPolicy(name: string, rules: { createHTML: (text: string) => string }): { createHTML: (text: string) => any } }

const SET_ASIDE = 'data-style';
const REFUSED = 'script, style, link, meta, base, iframe, object, embed';

// What is parsed here is shown in such a frame and nowhere else.
const policy = (window as unknown as { trustedTypes?: Trusted }).trustedTypes?.createPolicy('letter', { createHTML: (text) => text });

function parse(html: string): Document {
  const quiet = html.replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle(?=\s*=)/gi, ` ${SET_ASIDE}`));
  return new DOMParser().parseFromString(policy ? policy.createHTML(quiet) : quiet, 'text/html');
}

function fill(inside: Document, html: string): void {
  const { body } = parse(html);
  body.querySelectorAll(REFUSED).forEach((element) => element.remove());
  const copy = inside.importNode(body, true);
  for (const element of [copy, ...copy.querySelectorAll<HTMLElement>('*')]) {
    for (const { name } of [...element.attributes]) if (name.startsWith('on')) element.removeAttribute(name);
    element.style.cssText = element.getAttribute(SET_ASIDE) ?? '';
  }
  inside.body.replaceWith(copy);
}

export function Letter({ html, name }: { html: string; name: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const inside = frame.current!.contentDocument!;
    fill(inside, html);
    inside.documentElement.lang = document.documentElement.lang;
    inside.title = name;
    frame.current!.style.height = `${Math.min(inside.documentElement.scrollHeight + 2, 600)}px`;
  }, [html]);
  return <iframe ref={frame} class="letter" title={name} sandbox="allow-same-origin" />;
}
