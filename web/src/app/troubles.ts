// troubles.ts - a problem of the server, in words that say what to do.
import { Problem } from './api';
import { knows, language, say } from './words';

export interface Told {
  title: string;
  advice: string | null;
}

function byStatus(status: number): Told {
  if (status === 0) return { title: say('offline_title'), advice: say('offline_advice') };
  if (status === 401) return { title: say('signed_out_title'), advice: say('signed_out_advice') };
  if (status === 403) return { title: say('forbidden_title'), advice: say('forbidden_advice') };
  if (status === 404) return { title: say('missing_title'), advice: say('missing_advice') };
  if (status === 412) return { title: say('overtaken_title'), advice: say('overtaken_advice') };
  if (status === 429) return { title: say('too_often_title'), advice: say('too_often_advice') };
  if (status >= 500) return { title: say('fault_title'), advice: say('fault_advice') };
  return { title: say('refused_title'), advice: null };
}

/** By its code, when we know it; by its status otherwise. The server's own words are English. */
export function tellProblem(problem: Problem): Told {
  const key = `code_${problem.code}`;
  if (knows(key)) return { title: say(key), advice: null };
  const because = problem.details.because?.[language()] as string | undefined;
  if (because) return { title: because, advice: null };
  const told = byStatus(problem.status);
  const isSaid = problem.status >= 400 && problem.status < 500 && ![401, 403, 404, 412, 429].includes(problem.status);
  return isSaid ? { title: told.title, advice: problem.message } : told;
}

/** What is wrong with one field of a form; `path` is how the server calls it. */
export function fieldTrouble(problem: Problem | null, path: string): string | null {
  const found = problem?.fields.find(({ field }) => field === path);
  if (!found) return null;
  const key = `field_${found.code}`;
  return knows(key) ? say(key) : found.message;
}
