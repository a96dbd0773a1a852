// field.tsx - a label, a control, a hint, and what is wrong; tied together for everybody.
import { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { say } from '../app/words';

interface FieldProps {
  name: string;
  hint?: string;
  wrong?: string | null;
  optional?: boolean;
  children: (control: { id: string; 'aria-invalid'?: 'true'; 'aria-describedby'?: string }) => ComponentChildren;
}

export function Field({ name, hint, wrong, optional, children }: FieldProps) {
  const id = useId();
  const notes = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{name}{optional && <span class="optional"> · {say('optional')}</span>}</label>
      {children({ id, 'aria-invalid': wrong ? 'true' : undefined, 'aria-describedby': notes || undefined })}
      {hint && <span class="hint" id={`${id}-hint`}>{hint}</span>}
      {wrong && <span class="wrong" id={`${id}-wrong`}>{wrong}</span>}
    </div>
  );
}

type InputProps = Omit<FieldProps, 'children'> & {
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'email' | 'password' | 'tel' | 'date' | 'datetime-local' | 'search';
  unit?: string;
  rows?: number;
  isCode?: boolean;
  required?: boolean;
  more?: JSX.IntrinsicElements['input'];
};

/** One line, or several when `rows` is given. */
export function TextField({ value, onInput, type = 'text', unit, rows, isCode, required, more, ...field }: InputProps) {
  const read = (event: Event) => onInput((event.currentTarget as HTMLInputElement).value);
  return (
    <Field {...field}>
      {(control) => {
        if (rows) {
          return <textarea class="input" rows={rows} value={value} onInput={read} required={required} maxLength={more?.maxLength as number} {...control} />;
        }
        const input = <input class={isCode ? 'input code' : 'input'} type={type as 'text'} value={value} onInput={read} required={required} {...(more as object)} {...control} />;
        return unit ? <div class="with-unit">{input}<span class="unit" aria-hidden="true">{unit}</span></div> : input;
      }}
    </Field>
  );
}

export function SelectField({ value, onInput, options, empty, required, ...field }: Omit<FieldProps, 'children'> & {
  value: string; onInput: (value: string) => void; options: { value: string; text: string }[]; empty?: string; required?: boolean;
}) {
  return (
    <Field {...field}>
      {(control) => (
        <select class="input" value={value} required={required} onChange={(event) => onInput(event.currentTarget.value)} {...control}>
          {empty !== undefined && <option value="">{empty}</option>}
          {options.map((option) => <option key={option.value} value={option.value}>{option.text}</option>)}
        </select>
      )}
    </Field>
  );
}

export function CheckField({ name, checked, onInput, hint }: { name: string; checked: boolean; onInput: (checked: boolean) => void; hint?: string }) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onInput(event.currentTarget.checked)} />
      <span>{name}{hint && <span class="small muted"><br />{hint}</span>}</span>
    </label>
  );
}
