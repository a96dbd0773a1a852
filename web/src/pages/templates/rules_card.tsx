// rules_card.tsx - when this happens, these words go to him: the rules, shipped and own.
import { useState } from 'preact/hooks';
import { get, Page, patch, post, Problem, remove } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { useName } from '../../app/names';
import { fieldTrouble } from '../../app/troubles';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { CheckField, SelectField, TextField } from '../../design/field';
import { Badge, Empty, Shown, Trouble } from '../../design/states';
import { toast } from '../../design/toast';

interface Rule {
  id?: string;
  name: string;
  event: string;
  template: string;
  channels: string[];
  to_path: string | null;
  to_role: string | null;
  to_person: string | null;
  status: string;
  origin: string;
  revision: number;
}

type Way = 'to_path' | 'to_role' | 'to_person';
const WAYS: Way[] = ['to_path', 'to_role', 'to_person'];
const WAY_NAMES = { to_path: 'rule_to_path', to_role: 'rule_to_role', to_person: 'rule_to_person' } as const;
const WAY_HINTS = { to_path: 'rule_to_path_hint', to_role: 'rule_to_role_hint', to_person: 'rule_to_person_hint' } as const;
const EMPTY: Rule = { name: '', event: '', template: '', channels: [], to_path: null, to_role: null, to_person: null, status: 'active', origin: 'person', revision: 0 };

const wayOf = (rule: Rule): Way => WAYS.find((way) => rule[way]) ?? 'to_path';
const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);

function Edit({ rule, keys, onClose, onDone }: { rule: Rule; keys: string[]; onClose: () => void; onDone: () => void }) {
  const [given, setGiven] = useState(rule);
  const [channels, setChannels] = useState(rule.channels.join(', '));
  const [way, setWay] = useState<Way>(wayOf(rule));
  const [problem, setProblem] = useState<Problem | null>(null);
  const isNew = rule.name === '';
  const set = (change: Partial<Rule>) => setGiven({ ...given, ...change });
  const submit = async (event: Event) => {
    event.preventDefault();
    setProblem(null);
    const wish = {
      event: given.event.trim(), template: given.template, channels: words(channels), status: given.status,
      to_path: null, to_role: null, to_person: null, [way]: given[way]?.trim() || null,
    };
    try {
      if (rule.id) await patch(`/api/notification_rules/${rule.id}`, wish, { revision: rule.revision });
      else await post('/api/notification_rules', { ...wish, name: given.name.trim() });
      toast(say('saved'));
      onDone();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const reset = async () => {
    await remove(`/api/notification_rules/${rule.id}`);
    toast(say('removed'));
    onDone();
  };
  return (
    <Dialog title={isNew ? say('add_rule') : rule.name} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        {isNew && <TextField name={say('rule_name')} hint={say('rule_name_hint')} value={given.name} onInput={(name) => set({ name })} wrong={fieldTrouble(problem, 'name')} />}
        <TextField name={say('rule_event')} hint={say('rule_event_hint')} value={given.event} onInput={(event) => set({ event })} wrong={fieldTrouble(problem, 'event')} />
        <SelectField name={say('rule_words')} empty={say('choose')} value={given.template} onInput={(template) => set({ template })}
          options={keys.map((key) => ({ value: key, text: key }))} wrong={fieldTrouble(problem, 'template')} />
        <SelectField name={say('rule_who')} value={way} onInput={(chosen) => setWay(chosen as Way)}
          options={WAYS.map((one) => ({ value: one, text: say(WAY_NAMES[one]) }))} />
        <TextField key={way} name={say(WAY_NAMES[way])} hint={say(WAY_HINTS[way])} value={given[way] ?? ''} onInput={(value) => set({ [way]: value })}
          wrong={fieldTrouble(problem, way) ?? fieldTrouble(problem, 'to_path')} />
        <TextField name={say('rule_channels')} hint={say('rule_channels_hint')} optional value={channels} onInput={setChannels} wrong={fieldTrouble(problem, 'channels')} />
        <CheckField name={say('rule_active')} checked={given.status === 'active'} onInput={(active) => set({ status: active ? 'active' : 'inactive' })} />
        <div class="foot">
          {rule.id && <Button kind="danger" onPress={reset}>{say('rule_remove')}</Button>}
          <Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="main" submits>{say('save')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Who({ of }: { of: Rule }) {
  const person = useName(of.to_person, of.to_person ?? '');
  if (of.to_role) return <>{say('rule_tells_role', { role: of.to_role })}</>;
  return <>{of.to_path ? say('rule_tells_path', { path: of.to_path }) : say('rule_tells_person', { person })}</>;
}

/** `keys` are those of the words there are. */
export function Rules({ keys }: { keys: string[] }) {
  const [edited, setEdited] = useState<Rule | null>(null);
  const loaded = useLoad(() => get<Page<Rule>>('/api/notification_rules'), []);
  return (
    <section class="card">
      <div class="head"><h2>{say('rules')}</h2><Button size="small" onPress={() => setEdited(EMPTY)}>{say('add_rule')}</Button></div>
      <Shown of={loaded}>
        {({ items }) => items.length === 0 ? <Empty icon="mail" title={say('no_rules_title')}><p>{say('no_rules')}</p></Empty> : (
          <ul class="rows">
            {items.map((one) => (
              <li key={one.name} class="item">
                <div class="grow"><div class="title">{one.event} → {one.template}</div><div class="small muted"><Who of={one} /></div></div>
                <div class="row">
                  {one.status !== 'active' && <Badge tone="warn">{say('rule_off')}</Badge>}
                  {!one.id && <Badge>{say('rule_shipped')}</Badge>}
                  {one.channels.map((channel) => <Badge key={channel} tone="accent">{channel}</Badge>)}
                  <Button size="small" onPress={() => setEdited(one)}>{say('change')}<span class="unseen"> {one.name}</span></Button>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Shown>
      {edited && <Edit key={edited.name} rule={edited} keys={keys} onClose={() => setEdited(null)} onDone={() => { setEdited(null); void loaded.again(); }} />}
    </section>
  );
}
