// states.tsx - nothing there, not there yet, and gone wrong: said in plain words, with a way on.
import { ComponentChildren } from 'preact';
import { Problem } from '../app/api';
import { Loaded } from '../app/load';
import { tellProblem } from '../app/troubles';
import { say } from '../app/words';
import { Button } from './button';
import { Icon, IconName } from './icon';

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <span class="picture"><Icon name={icon} /></span>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Bones({ rows = 3, height = 20 }: { rows?: number; height?: number }) {
  return (
    <div class="stack" role="status" aria-label={say('loading')}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} class="bone" style={{ height: `${height}px`, width: `${100 - ((i * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

export function Note({ tone = 'accent', children }: { tone?: 'accent' | 'good' | 'warn' | 'bad'; children: ComponentChildren }) {
  const icon: IconName = tone === 'good' ? 'check' : tone === 'accent' ? 'info' : 'alert';
  return <div class={`note ${tone}`}><Icon name={icon} /><div class="grow">{children}</div></div>;
}

/** A refusal or a fault where it happened; the trace id helps whoever is asked about it. */
export function Trouble({ problem, again }: { problem: Problem; again?: () => unknown }) {
  const { title, advice } = tellProblem(problem);
  return (
    <div role="alert">
      <Note tone={problem.status >= 500 || problem.status < 0 ? 'bad' : 'warn'}>
        <strong>{title}</strong>
        {advice && <p>{advice}</p>}
        {problem.status >= 500 && problem.traceId && <p class="small muted">{say('trace', { id: problem.traceId })}</p>}
        {again && <p class="row"><Button size="small" icon="again" onPress={again}>{say('try_again')}</Button></p>}
      </Note>
    </div>
  );
}

/** The three states of something that is loaded. */
export function Shown<Value>({ of, bones, children }: { of: Loaded<Value>; bones?: ComponentChildren; children: (value: Value) => ComponentChildren }) {
  if (of.value !== undefined) return <>{of.problem && <Trouble problem={of.problem} again={of.again} />}{children(of.value)}</>;
  if (of.problem) return <Trouble problem={of.problem} again={of.again} />;
  return <>{bones ?? <Bones />}</>;
}

export function Badge({ tone, children }: { tone?: 'accent' | 'good' | 'warn' | 'bad'; children: ComponentChildren }) {
  return <span class={`badge ${tone ?? ''}`}>{children}</span>;
}
