// inbox_page.tsx - what waits for me and for my group, behind all doors; live.
import { useMemo, useState } from 'preact/hooks';
import { About, CaseShown, flow, headline } from '../../app/flow';
import { addressOf, beginningOf } from '../../app/addresses';
import { useChanges } from '../../app/live';
import { useLoad } from '../../app/load';
import { Door, useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, label, say } from '../../app/words';
import { Choice, LinkButton } from '../../design/button';
import { Badge, Bones, Empty, Shown } from '../../design/states';

interface Waiting {
  door: Door;
  about: About;
  of: CaseShown;
}

const SHOWN_MAX = 50;

async function waitingAt(door: Door): Promise<Waiting[]> {
  const [about, page] = await Promise.all([
    flow.about(door),
    flow.cases(door, { waiting: true, open: true, order: 'oldest', limit: SHOWN_MAX }),
  ]);
  return page.items.map((of) => ({ door, about, of }));
}

export function Row({ of: { door, about, of } }: { of: Waiting }) {
  const session = useSession();
  return (
    <li>
      <a class="item" data-walk href={addressOf(session, door, of.case_id)}>
        <div class="grow">
          <div class="title">{headline(of, about.fields)}</div>
          <div class="small muted">{label(about.label, about.workflow)} · {say('as_kind', { kind: label(about.kind, door.kind) })} · {ago(of.opened_at)}</div>
        </div>
        <Badge tone={of.is_mine ? 'accent' : undefined}>{of.places.map((place) => label(place.label, place.name)).join(', ')}</Badge>
      </a>
    </li>
  );
}

export function Beginnings({ doors }: { doors: Door[] }) {
  const session = useSession();
  const all = doors.flatMap((door) => door.begins.map((begin) => ({ door, begin })));
  if (all.length === 0) return null;
  return (
    <section class="stack-2" aria-label={say('begin_something')}>
      <div class="row">
        {all.map(({ door, begin }) => (
          <LinkButton key={`${door.kind}/${door.workflow}/${begin.operation}`} icon="plus"
            to={beginningOf(session, door, begin.operation)}>{label(begin.label, begin.operation)}</LinkButton>
        ))}
      </div>
    </section>
  );
}

type Whose = 'all' | 'mine' | 'group';

export function InboxPage() {
  const session = useSession();
  const [whose, setWhose] = useState<Whose>('all');
  const doors = session.doors;
  const busy = useMemo(() => (doors ?? []).filter(({ waiting }) => waiting > 0), [doors]);
  const loaded = useLoad(async () => (await Promise.all(busy.map(waitingAt))).flat(), [busy.map((door) => `${door.kind}/${door.workflow}`).join(' '), doors === null]);
  useChanges(doors, () => {
    void session.lookAtDoors();
    void loaded.again();
  });
  const isMine = ({ of }: Waiting) => of.is_mine === true;
  const all = loaded.value ?? [];
  const count = (which: Whose) => (which === 'all' ? all.length : all.filter((one) => isMine(one) === (which === 'mine')).length);
  const options = (['all', 'mine', 'group'] as const).map((value) => ({ value, text: `${say(`whose_${value}`)} · ${count(value)}` }));
  return (
    <>
      <Title actions={<Choice name={say('whose')} value={whose} options={options} onChange={setWhose} />}>{say('inbox')}</Title>
      <Beginnings doors={doors ?? []} />
      <section class="card" aria-label={say('waits_for_you')} aria-live="polite">
        {doors === null ? <div class="body"><Bones rows={4} height={36} /></div> : (
          <Shown of={loaded} bones={<div class="body"><Bones rows={4} height={36} /></div>}>
            {(rows) => {
              const chosen = rows.filter((row) => whose === 'all' || isMine(row) === (whose === 'mine'));
              if (chosen.length === 0) {
                return <Empty icon="check" title={say('inbox_empty_title')}><p>{say(doors.length > 0 ? 'inbox_empty' : 'no_doors')}</p></Empty>;
              }
              return <ul class="rows">{chosen.map((row) => <Row key={`${row.door.kind}${row.of.case_id}`} of={row} />)}</ul>;
            }}
          </Shown>
        )}
      </section>
    </>
  );
}
