// doors_page.tsx - the workflows somebody takes part in, one card for each way in.
import { listAddress } from '../../app/flow';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { label, say } from '../../app/words';
import { Badge, Bones, Empty } from '../../design/states';

export function DoorsPage() {
  const { doors } = useSession();
  return (
    <>
      <Title>{say('cases')}</Title>
      {doors === null ? <Bones rows={3} height={64} /> : doors.length === 0 ? (
        <div class="card"><Empty icon="cases" title={say('no_doors_title')}><p>{say('no_doors')}</p></Empty></div>
      ) : (
        <div class="card">
          <ul class="rows">
            {doors.map((door) => (
              <li key={`${door.kind}/${door.workflow}`}>
                <a class="item" data-walk href={listAddress(door)}>
                  <div class="grow">
                    <div class="title">{label(door.label, door.workflow)}</div>
                    <div class="small muted">{say('as_kind', { kind: label(door.kind_label, door.kind) })}</div>
                  </div>
                  {door.waiting > 0 && <Badge tone="accent">{say('waiting_count', { count: door.waiting })}</Badge>}
                </a>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
