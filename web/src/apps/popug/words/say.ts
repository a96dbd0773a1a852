// say.ts - the words of the task board, in the reader's language.
import { speaker } from '../../../app/words';
import { en } from './en';
import { ru } from './ru';

export const say = speaker(en, ru);
export type Key = keyof typeof en;

export function knows(key: string): key is Key {
  return key in en;
}
