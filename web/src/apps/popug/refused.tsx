// refused.tsx - what the board refuses, in words of the board.
import { Problem } from '../../app/api';
import { Note, Trouble } from '../../design/states';
import { knows, say } from './words/say';

export function Refused({ problem }: { problem: Problem }) {
  const key = `code_${problem.code}`;
  if (!knows(key)) return <Trouble problem={problem} />;
  return <div role="alert"><Note tone="warn"><strong>{say(key)}</strong></Note></div>;
}
