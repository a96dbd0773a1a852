// en.ts - what the task board says, in English. ru.ts has the same keys.
import type { Catalogue } from '../../../app/words';

export const en = {
  app: 'Task board',
  // tasks
  my_items: 'My tasks', all_items: 'All tasks', new_one: 'New task', somebody: 'Somebody',
  open_ones: 'Open', done_ones: 'Done', status_open: 'open', status_done: 'done',
  title: 'Task', description: 'What has to be done', whose: 'Whose', anybodys: 'Anybody’s', find_words: 'Words in the title', find_person: 'Find a person',
  fee: 'Taken', fee_each: '{sum}, each time it falls on somebody', reward: 'Pays', fell_times: 'Has fallen', fell_at: 'Fell', author: 'Written by', created_at: 'Written', done_at: 'Done',
  fell_ago: 'fell on you {when}, took {fee}', done_ago: 'done {when}',
  none_open_title: 'Nothing is on you', none_open: 'When a task falls on you, it appears here by itself.',
  none_done_title: 'Nothing is done yet', none_done: 'What you have done stays here.',
  not_here_title: 'No tasks fall on you', not_here: 'Tasks fall on people of the type “popug”; you look at their board.',
  none_title: 'No tasks', none_yet: 'Nobody has written one yet.', none_like_this: 'None is like this. Choose another person, state or words.',
  column_mine: 'On me', column_others: 'On others', column_done: 'Done', column_empty: 'Nothing',
  // create
  create: 'Create', create_about: 'It falls on somebody by chance, at once. What it takes and pays is drawn once and stays.',
  created: 'Created', fell_on: 'It fell on {name}', fell_on_you: 'It fell on you', another_one: 'Another one',
  costs_him: 'It took {fee} from whom it fell on, and gives {reward} when it is done.', costs_you: 'It took {fee} from you, and gives {reward} when it is done.',
  // finish
  finish: 'Done…', finish_do: 'It is done · {sum}', finishing: 'Finishing', finish_about: 'You get {sum}. There is no way back from done.',
  finish_title: { one: 'Is this task done?', other: 'Are these {count} tasks done?' },
  finished: { one: 'Done: {sum}', other: '{count} tasks are done: {sum}' }, and_more: { one: 'and {count} more', other: 'and {count} more' },
  choose: 'Choose', choose_one: 'Choose “{title}”', choose_all: 'Choose all', choose_none: 'Choose none', chosen: 'What is chosen',
  chosen_count: { one: '{count} task', other: '{count} tasks' },
  // shuffle
  draws: 'Shuffles', shuffle: 'Shuffle', shuffle_title: 'Shuffle all open tasks?', shuffle_do: 'Shuffle',
  shuffle_about: 'Every open task falls on somebody anew, by chance, and takes its fee again. What is done meanwhile stays done.',
  draw: 'Shuffle {number}', next_draw: 'The next one: shuffle {number}', bound_at: 'Bound since {when}.', seen_here: 'This browser has seen it since {when}.',
  next_draw_about: 'Nobody has pressed yet, and its seed is already there: this is its fingerprint (SHA-256). Whoever has seen it before the press can prove later that the seed was not chosen afterwards.',
  draws_before: 'What was shuffled', no_draws_title: 'Nothing was shuffled yet', no_draws: 'A manager lets all open tasks fall anew. Each shuffle stays here with its proof.',
  shuffling: 'Shuffling', moved_of: '{moved} of {total}', draw_running: 'is running', draw_done: 'over', draw_waits: 'not pressed yet',
  items_count: { one: '{count} task', other: '{count} tasks' }, people_count: { one: '{count} person', other: '{count} people' },
  tile_items: 'Tasks that fell anew', tile_people: 'People on whom they could fall',
  proof: 'The proof', proof_about: 'The fingerprint was shown before the press; the seed is shown after. With the seed anybody can compute on whom each task had to fall: your browser does it itself, and asks nobody whether it is right.',
  commitment: 'Fingerprint, before', seed: 'Seed, after', seed_later: 'is shown when the shuffle is over', check_here: 'Check here', checking: 'Checking',
  cannot_check: 'This browser computes nothing secret on a page without https. Open it by https, or check it as the manual says.',
  checked_right: 'Checked here: right', checked_right_about: 'Everything fell where the seed says. Nobody has chosen.',
  checked_wrong: 'Checked here: not right', checked_wrong_about: 'Something did not fall where the seed says. Show this page to whoever you trust.',
  step_right: 'Right:', step_wrong: 'Wrong:',
  step_seen: 'This browser has seen the fingerprint before the press: {when}.', step_bound: 'The server has kept the fingerprint since {when}; this browser had not seen it before the press.',
  step_seed: 'The SHA-256 of the seed is the fingerprint.', step_seed_wrong: 'The SHA-256 of the seed is another one than the fingerprint.',
  step_people: { one: '{count} person stands in the list, in the order of ids.', other: '{count} people stand in the list, each once, in the order of ids.' },
  step_results: { one: '{count} task was computed anew, and fell as it had to.', other: '{count} tasks were computed anew, and each fell as it had to.' },
  step_results_wrong: { one: '{count} task did not fall as it had to.', other: '{count} tasks did not fall as they had to.' },
  results: 'On whom they fell', only_mine: 'Only on me', no_results: 'None.', an_item: 'Task', fell_on_whom: 'Fell on', assignment: 'Time', checked: 'Checked', so: 'right', not_so: 'not right',
  // troubles
  code_task_not_yours: 'It has fallen on somebody else meanwhile.', code_task_is_done: 'It is done already.', code_not_an_employee: 'The board is for people who work here.',
  code_nobody_to_assign: 'There is nobody yet on whom a task could fall.', code_shuffle_not_ready: 'The next shuffle is not ready yet. Try again in a moment.', code_task_not_found: 'There is no such task.',
} satisfies Catalogue;
