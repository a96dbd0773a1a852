// status_page.tsx - where a request stands, for whoever has its link. The secret stands behind the #, so that no
// server, log or mail scanner has it; the page sends it, and that uses nothing up.
import { useEffect, useState } from 'preact/hooks';
import { post } from '../../../app/api';
import { useLoad } from '../../../app/load';
import { ago, label, moment } from '../../../app/words';
import { Shown } from '../../../design/states';
import { Gate } from '../../../pages/sign_in/gate';
import { tell, timeOf } from '../words';

interface Status {
  place: string;
  label_ru: string | null;
  label_en: string | null;
  waits_for: 'customer' | 'moderator' | 'nobody';
  since: string | null;
  opened_at: string;
  closed_at: string | null;
}

function Told({ of }: { of: Status }) {
  const since = of.closed_at ?? of.since;
  return (
    <div class="stack">
      <p class="status-word">{label({ ru: of.label_ru ?? undefined, en: of.label_en ?? undefined }, of.place)}</p>
      {since && <p class="muted"><time dateTime={since} title={moment(since)}>{tell('since', { when: timeOf(since), ago: ago(since) })}</time></p>}
      <p>{tell(of.closed_at ? 'status_over' : `status_${of.waits_for}`)}</p>
      <p class="small muted">{tell('status_opened', { when: moment(of.opened_at) })}</p>
      <a class="button wide" href="/app/phoenix/request">{tell('to_request')}</a>
    </div>
  );
}

export function StatusPage() {
  const [link] = useState(() => location.hash.slice(1));
  const loaded = useLoad(() => post<Status>('/api/phoenix/status', { link }), [link]);
  useEffect(() => history.replaceState(null, '', location.pathname), []);
  const isOver = loaded.problem?.status === 404 || loaded.problem?.status === 400;
  return (
    <Gate title={tell('status_title')}>
      {isOver ? (
        <div class="stack"><p role="alert">{tell('status_bad')}</p><a class="button wide" href="/app/phoenix/request">{tell('to_request')}</a></div>
      ) : <Shown of={loaded}>{(of) => <Told of={of} />}</Shown>}
    </Gate>
  );
}
