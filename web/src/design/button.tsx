// button.tsx - a button that says when it is working, and never works twice at once.
import { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon, IconName } from './icon';

export interface ButtonProps {
  children?: ComponentChildren;
  icon?: IconName;
  kind?: 'main' | 'danger' | 'quiet';
  size?: 'small' | 'square';
  wide?: boolean;
  submits?: boolean;
  busy?: boolean;
  disabledBy?: string; // why it cannot be pressed; it stays reachable and says so
  title?: string;
  expanded?: boolean;
  onPress?: () => unknown;
}

export function Button({ children, icon, kind, size, wide, submits, busy, disabledBy, title, expanded, onPress }: ButtonProps) {
  const [isRunning, setRunning] = useState(false);
  const guard = useRef(false);
  const isBusy = busy || isRunning;
  const press = async (event: Event) => {
    if (disabledBy !== undefined || isBusy || guard.current) {
      event.preventDefault();
      return;
    }
    if (!onPress) return;
    guard.current = true;
    const result = onPress();
    if (result instanceof Promise) {
      setRunning(true);
      await result.catch(() => {});
      setRunning(false);
    }
    guard.current = false;
  };
  return (
    <button type={submits ? 'submit' : 'button'} class={['button', kind, size, wide && 'wide'].filter(Boolean).join(' ')}
      aria-disabled={disabledBy !== undefined ? 'true' : undefined} aria-busy={isBusy ? 'true' : undefined}
      aria-expanded={expanded} title={disabledBy ?? title} aria-label={children ? undefined : title} onClick={press}>
      {isBusy ? <span class="spin" /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function LinkButton({ to, icon, kind, children }: { to: string; icon?: IconName; kind?: 'main' | 'quiet'; children: ComponentChildren }) {
  return <a class={['button', kind].filter(Boolean).join(' ')} href={to}>{icon && <Icon name={icon} />}{children}</a>;
}

export interface Option<Value extends string> {
  value: Value;
  text: string;
}

/** One of a few, all of them in sight. */
export function Choice<Value extends string>({ name, options, value, onChange }: {
  name: string; options: Option<Value>[]; value: Value; onChange: (value: Value) => void;
}) {
  return (
    <div class="choice" role="group" aria-label={name}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>
          {option.text}
        </button>
      ))}
    </div>
  );
}
