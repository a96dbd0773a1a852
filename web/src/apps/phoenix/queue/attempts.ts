// attempts.ts - how often a request was submitted, with what, and what became of it each time.
import { FormField, Step, Values } from '../../../app/flow';

export interface Attempt {
  number: number;
  at: string;
  values: Values;
  outcome: Step | null; // approved, returned or rejected; null: it waits
}

const DECISIONS = ['approve', 'return_for_changes', 'reject'];

export function attemptsOf(steps: Step[]): Attempt[] {
  const attempts: Attempt[] = [];
  const values: Values = {};
  for (const step of steps) {
    for (const [name, [, became]] of Object.entries(step.fields)) values[name] = became;
    if (step.transition === 'submit_for_moderation') attempts.push({ number: attempts.length + 1, at: step.at, values: { ...values }, outcome: null });
    else if (DECISIONS.includes(step.transition) && attempts.length > 0) attempts.at(-1)!.outcome = step;
  }
  return attempts;
}

export interface Difference {
  field: FormField;
  was: any;
  became: any;
}

export function differences(fields: FormField[], before: Values, now: Values): Difference[] {
  return fields.map((field) => ({ field, was: before[field.name] ?? null, became: now[field.name] ?? null }))
    .filter(({ was, became }) => JSON.stringify(was) !== JSON.stringify(became));
}

/** A draft is saved many times; between two other steps it is one. */
export function foldSaves(steps: Step[]): Step[] {
  const folded: Step[] = [];
  for (const step of steps) {
    const last = folded.at(-1);
    if (!last || !step.transition.startsWith('save_') || last.transition !== step.transition) {
      folded.push(step);
      continue;
    }
    const fields = { ...last.fields };
    for (const [name, [was, became]] of Object.entries(step.fields)) fields[name] = [fields[name] ? fields[name]![0] : was, became];
    folded[folded.length - 1] = { ...step, fields };
  }
  return folded;
}
