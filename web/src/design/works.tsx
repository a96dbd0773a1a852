// works.tsx - what is under way, in a corner of every page: how far it is, how it ended, what has failed.
import { useState } from 'preact/hooks';
import { forgetWork, isOver, stopWork, useWorks, Work } from '../app/works';
import { number, say } from '../app/words';
import { Button } from './button';
import { Icon } from './icon';

const FAILURES_SHOWN = 20;

function sentence(work: Work): string {
  const well = work.done - work.failures - work.left;
  switch (work.state) {
    case 'running': return work.total === null ? number(work.done) : say('work_of', { done: work.done, total: Math.max(work.total, work.done) });
    case 'waiting': return say('work_waits');
    case 'stopping': return say('work_stopping');
    case 'broken': return say('work_broken', { count: well });
    case 'stopped': return say('work_stopped', { count: well });
    case 'done': return say('work_done', { count: well });
  }
}

function Failures({ work }: { work: Work }) {
  const [isOpen, setOpen] = useState(false);
  if (work.failures === 0) return null;
  const shown = work.failed.slice(0, FAILURES_SHOWN);
  return (
    <>
      <button type="button" class="link small bad" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{say('work_failed', { count: work.failures })}</button>
      {isOpen && (
        <ul class="stack-2 small">
          {shown.map(({ name, why, to }, i) => <li key={i}>{to ? <a href={to}>{name}</a> : name}{why && <div class="muted">{why}</div>}</li>)}
          {work.failures > shown.length && <li class="muted">{say('and_more', { count: work.failures - shown.length })}</li>}
        </ul>
      )}
    </>
  );
}

function Row({ work }: { work: Work }) {
  const over = isOver(work);
  return (
    <li class="stack-2">
      <div class="row">
        {over && <Icon name={work.failures > 0 || work.state !== 'done' ? 'alert' : 'check'} />}
        <a class="grow title" href={work.to}>{work.name}</a>
        {over ? <Button kind="quiet" size="small" icon="cross" title={say('close')} onPress={() => forgetWork(work.id)} />
          : work.state !== 'stopping' && <Button kind="quiet" size="small" onPress={() => stopWork(work.id)}>{say('work_stop')}</Button>}
      </div>
      {!over && <progress value={work.total === null ? undefined : work.done} max={Math.max(work.total ?? 1, work.done, 1)} aria-label={work.name} />}
      <span class="small muted number">{sentence(work)}</span>
      {work.left > 0 && over && <span class="small muted">{say('work_left', { count: work.left })}</span>}
      <Failures work={work} />
    </li>
  );
}

export function Works() {
  const works = useWorks();
  const told = works.filter(isOver).map((work) => `${work.name}: ${sentence(work)}`);
  return (
    <>
      <span class="unseen" role="status">{told.join('. ')}</span>
      {works.length > 0 && (
        <section class="works card" aria-label={say('works')}>
          <ul class="stack">{works.map((work) => <Row key={work.id} work={work} />)}</ul>
        </section>
      )}
    </>
  );
}
