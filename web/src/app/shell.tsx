// shell.tsx - the frame around every view of somebody who is signed in.
import { ComponentChildren, Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../design/button';
import { Icon } from '../design/icon';
import { Toasts } from '../design/toast';
import { Works } from '../design/works';
import { useKeys, walk } from './keys';
import { KeySheet } from './key_sheet';
import { shortcuts, waitingCount, Way, Ways, ways } from './menu';
import { Palette } from './palette';
import { go, usePlace } from './router';
import { useSession } from './session';
import { useUnread } from './unread';
import { say } from './words';

export const iconAddress = () => document.querySelector<HTMLLinkElement>('link[rel=icon]')!.href;

export function Brand() {
  return <a class="brand" href="/app/start"><img src={iconAddress()} alt="" />{say('product')}</a>;
}

function isHere(way: Way, path: string): boolean {
  return path === way.to || path.startsWith(`${way.to}/`);
}

/** How much is new behind an address: of the inbox what waits, of messages what is unread. */
type News = Record<string, number>;

function Side({ list, path, news }: { list: Ways[]; path: string; news: News }) {
  const link = (way: Way) => (
    <a key={way.to} class="nav" href={way.to} aria-current={isHere(way, path) ? 'page' : undefined}>
      <Icon name={way.icon} />{way.name()}
      {!!news[way.to] && <span class="count">{news[way.to]}</span>}
    </a>
  );
  return (
    <nav class="side" aria-label={say('main_menu')}>
      <Brand />
      {list.map((group) => (
        <Fragment key={group.list[0]!.to}>
          {group.heading && <div class="group">{group.heading()}</div>}
          {group.list.map(link)}
        </Fragment>
      ))}
    </nav>
  );
}

function Bottom({ list, path, news, onMore }: { list: Way[]; path: string; news: News; onMore: () => void }) {
  return (
    <nav class="bottom" aria-label={say('main_menu')}>
      {list.slice(0, 3).map((way) => (
        <a key={way.to} href={way.to} aria-current={isHere(way, path) ? 'page' : undefined}>
          <Icon name={way.icon} /><span>{way.name()}</span>
          {!!news[way.to] && <span class="count">{news[way.to]}</span>}
        </a>
      ))}
      <button type="button" onClick={onMore}><Icon name="more" /><span>{say('more')}</span></button>
    </nav>
  );
}

export function initials(name: string): string {
  return name.split(/\s+/).slice(0, 2).map((word) => word.charAt(0).toUpperCase()).join('') || '?';
}

function useOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const tell = () => setOnline(navigator.onLine);
    window.addEventListener('online', tell);
    window.addEventListener('offline', tell);
    return () => {
      window.removeEventListener('online', tell);
      window.removeEventListener('offline', tell);
    };
  }, []);
  return isOnline;
}

export function Shell({ children }: { children: ComponentChildren }) {
  const session = useSession();
  const { path } = usePlace();
  const [open, setOpen] = useState<'palette' | 'keys' | null>(null);
  const main = useRef<HTMLElement>(null);
  const isOnline = useOnline();
  const list = ways(session);
  const news: News = { '/app/inbox': waitingCount(session), '/app/messages': useUnread() };
  const name = session.profile?.full_name || session.profile?.email || '';

  useKeys({
    'Ctrl+k': () => setOpen('palette'),
    '?': () => setOpen('keys'),
    '/': () => setOpen('palette'),
    j: () => walk(1),
    k: () => walk(-1),
    h: () => go('/app/start'),
    i: () => go('/app/inbox'),
    c: () => go('/app/cases'),
    p: () => go('/app/profile'),
  });
  const wasAt = useRef(path);
  useEffect(() => { // a new view is read from its beginning, by screen readers too
    if (wasAt.current !== path) main.current?.focus({ preventScroll: true });
    wasAt.current = path;
  }, [path]);

  return (
    <>
      <a class="button main skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>{say('skip_to_content')}</a>
      {!isOnline && <div class="offline" role="status">{say('offline_title')}</div>}
      <div class="shell">
        <Side list={list} path={path} news={news} />
        <div>
          <header class="top">
            <button class="find" type="button" onClick={() => setOpen('palette')}>
              <Icon name="search" /><span class="text">{say('find_or_do')}</span><span class="key" aria-hidden="true">Ctrl K</span>
            </button>
            <span class="grow" />
            <Button kind="quiet" size="square" title={say('keyboard')} onPress={() => setOpen('keys')}><span aria-hidden="true">?</span><span class="unseen">{say('keyboard')}</span></Button>
            <a href="/app/profile" class="avatar" title={name}><span aria-hidden="true">{initials(name)}</span><span class="unseen">{say('profile_of', { name })}</span></a>
          </header>
          <main class="view" id="main" tabIndex={-1} ref={main}>{children}</main>
        </div>
        <Bottom list={shortcuts(session)} path={path} news={news} onMore={() => setOpen('palette')} />
      </div>
      {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
      {open === 'keys' && <KeySheet onClose={() => setOpen(null)} />}
      <Works />
      <Toasts />
    </>
  );
}

/** The head of a view: where one is, and what one can do here. */
export function Title({ children, back, backTo, actions, under }: {
  children: string; back?: string; backTo?: string; actions?: ComponentChildren; under?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${children} · ${say('product')}`;
  }, [children]);
  return (
    <div class="title-row">
      <div class="grow stack-2">
        {back && <a class="crumb" href={backTo}><Icon name="left" />{back}</a>}
        <h1>{children}</h1>
        {under}
      </div>
      {actions && <div class="row">{actions}</div>}
    </div>
  );
}
