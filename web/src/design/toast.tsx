// toast.tsx - what is said in passing, sometimes with a way back.
import { useEffect, useState } from 'preact/hooks';
import { say } from '../app/words';

interface Toast {
  id: number;
  text: string;
  undo?: () => unknown;
}

const SHOWN_MS = 6000;
let toasts: Toast[] = [];
let lastId = 0;
let redraw = () => {};

function drop(id: number): void {
  toasts = toasts.filter((toast) => toast.id !== id);
  redraw();
}

export function toast(text: string, undo?: () => unknown): void {
  const id = ++lastId;
  toasts = [...toasts.slice(-2), { id, text, undo }];
  redraw();
  setTimeout(() => drop(id), SHOWN_MS);
}

export function Toasts() {
  const [, setCount] = useState(0);
  useEffect(() => {
    redraw = () => setCount((count) => count + 1);
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, undo }) => (
        <div class="toast" key={id}>
          <span>{text}</span>
          {undo && <button type="button" onClick={() => { drop(id); undo(); }}>{say('undo')}</button>}
        </div>
      ))}
    </div>
  );
}
