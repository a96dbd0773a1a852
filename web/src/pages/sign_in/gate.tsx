// gate.tsx - the frame of views before somebody is signed in.
import { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { iconAddress } from '../../app/shell';
import { language, say, speak } from '../../app/words';
import { Choice } from '../../design/button';
import { Toasts } from '../../design/toast';

export function Gate({ title, children }: { title: string; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · ${say('product')}`;
  }, [title]);
  return (
    <main class="gate">
      <div class="bar">
        <Choice name={say('language')} value={language()} onChange={speak} options={[{ value: 'ru', text: 'Русский' }, { value: 'en', text: 'English' }]} />
      </div>
      <div class="card">
        <div class="inside">
          <div class="brand"><img src={iconAddress()} alt="" />{say('product')}</div>
          <h1>{title}</h1>
          {children}
        </div>
      </div>
      <Toasts />
    </main>
  );
}
