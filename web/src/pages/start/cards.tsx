// cards.tsx - the parts of the first page: what waits in each app, what was told, what is new.
import { apps } from '../../apps/apps';
import { listAddress } from '../../app/flow';
import { Page } from '../../app/api';
import { useSession } from '../../app/session';
import { ago, label, moment, number, say } from '../../app/words';
import { Icon } from '../../design/icon';
import { Badge } from '../../design/states';
import { Message } from '../messages/messages_page';
import { CaseEntry } from '../workflows/incidents_page';
import { Doors, OfService, Part } from './parts';

/** Said of what its service has said some time ago, or does not say at all. */
export function Away({ part }: { part: Part<unknown> }) {
  if (part.missing) return <Badge tone="bad"><span class="dot" />{say('not_answering')}</Badge>;
  if (!part.stale) return null;
  return <Badge tone="warn"><span class="dot" />{say('as_of', { when: ago(Date.now() - (part.age_seconds ?? 0) * 1000) })}</Badge>;
}

function nameOf(service: string): string {
  const own = apps.find((one) => one.service === service);
  return own ? own.name() : say('own_workflows');
}

/** How many cases wait behind each door of an app. */
export function WaitingCard({ of: { service, part } }: { of: OfService<Doors> }) {
  const doors = [...(part.data?.doors ?? [])].sort((a, b) => b.waiting - a.waiting);
  if (doors.length === 0 && !part.stale && !part.missing) return null;
  return (
    <section class="card" aria-label={nameOf(service)}>
      <div class="head"><h2 class="grow">{nameOf(service)}</h2><Away part={part} /></div>
      {doors.length > 0 && (
        <ul class="rows">
          {doors.map((door) => (
            <li key={`${door.kind}/${door.workflow}`}>
              <a class="item" data-walk href={door.waiting > 0 ? '/app/inbox' : listAddress(door)}>
                <div class="grow">
                  <div class="title">{label(door.label, door.workflow)}</div>
                  <div class="small muted">{say('as_kind', { kind: label(door.kind_label, door.kind) })}</div>
                </div>
                {door.mine > 0 && <span class="small muted">{say('mine_of_these', { count: door.mine })}</span>}
                {door.waiting > 0 ? <Badge tone="accent">{say('waiting_count', { count: door.waiting })}{door.waiting_is_minimum && '+'}</Badge> : <span class="small muted"><Icon name="check" /><span class="unseen">{say('nothing_here_waits')}</span></span>}
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function MessagesCard({ part }: { part: Part<Page<Message>> }) {
  const items = part.data?.items ?? [];
  return (
    <section class="card" aria-label={say('new_messages')}>
      <div class="head"><h2 class="grow">{say('new_messages')}</h2><Away part={part} /></div>
      {items.length === 0 ? !part.missing && <p class="body muted">{say('no_messages')}</p> : (
        <>
          <ul class="rows">
            {items.map((message) => (
              <li key={message.id}>
                <a class="item" data-walk href="/app/messages">
                  <div class="grow">
                    <div class="title">{message.title}</div>
                    <div class="small muted" title={moment(message.created_at)}>{ago(message.created_at)}</div>
                  </div>
                  {!message.read_at && <span class="new" title={say('unread')}><span class="dot" /><span class="unseen">{say('unread')}</span></span>}
                </a>
              </li>
            ))}
          </ul>
          <div class="foot"><a href="/app/messages">{say('all_messages')}</a></div>
        </>
      )}
    </section>
  );
}

const CASES_MAX = 5;

/** For who looks after all cases. */
export function CasesCard({ of }: { of: OfService<Page<CaseEntry>>[] }) {
  const { doors } = useSession();
  const all = of.flatMap(({ service, part }) => (part.data?.items ?? []).map((entry) => ({ service, entry })));
  if (all.length === 0) return null;
  const newest = all.sort((a, b) => (a.entry.changed_at < b.entry.changed_at ? 1 : -1)).slice(0, CASES_MAX);
  return (
    <section class="card" aria-label={say('new_cases')}>
      <div class="head"><h2>{say('new_cases')}</h2></div>
      <ul class="rows">
        {newest.map(({ service, entry }) => (
          <li key={entry.case_id}>
            <a class="item" data-walk href={`/app/mend/${service}/${entry.case_id}`}>
              <div class="grow">
                <div class="title">{label(doors?.find(({ workflow }) => workflow === entry.workflow)?.label, entry.workflow)} · № {entry.case_id.slice(-6)}</div>
                <div class="small muted">{ago(entry.changed_at)}</div>
              </div>
              {entry.incidents > 0 && <Badge tone="bad">{say('incidents_count', { count: entry.incidents })}</Badge>}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A number that leads somewhere. */
export function Tile({ name, count, more, under, to }: { name: string; count: number; more?: boolean; under?: string; to: string }) {
  return (
    <a class="card tile" href={to}>
      <span class="small muted">{name}</span>
      <span class="figure">{number(count)}{more && '+'}</span>
      {under && <span class="small muted">{under}</span>}
    </a>
  );
}
