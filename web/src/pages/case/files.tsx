// files.tsx - the files of a field: chosen, sent at once, taken out again; and as links for who sees them.
import { useId, useState } from 'preact/hooks';
import { fileAddress, FileShown, filesOf, sendFile } from '../../app/files';
import { DoorName, FormField } from '../../app/flow';
import { asProblem, useLoad } from '../../app/load';
import { tellProblem } from '../../app/troubles';
import { label, number, say } from '../../app/words';
import { Icon } from '../../design/icon';

/** The case that files are sent to. */
export interface FilesAt {
  door: DoorName;
  caseId: string;
}

interface Coming {
  name: string;
  part: number; // 0 to 1
  trouble: string | null;
}

const MEGABYTE = 1_048_576;
export const idsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : String(value ?? '').split('\n').filter(Boolean));
const sizeOf = (bytes: number) => say('megabytes', { count: number(Math.max(bytes / MEGABYTE, 0.01), 2) });

/** As links; what is not (or no more) to be seen by this reader is left out. */
export function FileLinks({ at, ids }: { at: FilesAt; ids: string[] }) {
  const loaded = useLoad((signal) => (ids.length === 0 ? Promise.resolve([]) : filesOf(at.door, at.caseId, signal)), [at.caseId, ids.join(' ')]);
  const known = (loaded.value ?? []).filter(({ file_id: id }) => ids.includes(id));
  return (
    <ul class="files">
      {known.map((file) => <li key={file.file_id}><a href={fileAddress(at.door, at.caseId, file.file_id)} download={file.name}><Icon name="download" />{file.name}</a> <span class="small muted">{sizeOf(file.bytes)}</span></li>)}
    </ul>
  );
}

export function FilesField({ field, value, wrong, at, onInput }: {
  field: FormField; value: string; wrong: string | null; at: FilesAt; onInput: (value: string) => void;
}) {
  const id = useId();
  const ids = idsOf(value);
  const loaded = useLoad((signal) => filesOf(at.door, at.caseId, signal), [at.caseId]);
  const [sent, setSent] = useState<FileShown[]>([]);
  const [coming, setComing] = useState<Coming[]>([]);
  const fileOf = (fileId: string) => [...sent, ...(loaded.value ?? [])].find((file) => file.file_id === fileId);
  const note = (name: string, change: Partial<Coming>) => setComing((all) => all.map((one) => (one.name === name ? { ...one, ...change } : one)));
  const refusal = (file: File): string | null => {
    if (file.size === 0) return say('file_empty');
    return field.bytes_max && file.size > field.bytes_max ? say('file_large', { size: sizeOf(field.bytes_max) }) : null;
  };
  const choose = async (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const room = (field.items_max ?? Infinity) - ids.length;
    const files = [...(input.files ?? [])].slice(0, Math.max(0, room));
    input.value = ''; // the same file may be chosen again
    setComing(files.map((file) => ({ name: file.name, part: 0, trouble: refusal(file) })));
    let now = ids;
    for (const file of files.filter((one) => refusal(one) === null)) {
      try {
        const whole = await sendFile(at.door, at.caseId, field, file, (received) => note(file.name, { part: received / file.size }));
        setSent((all) => [...all, whole]);
        now = [...now, whole.file_id];
        onInput(now.join('\n'));
        setComing((all) => all.filter(({ name }) => name !== file.name));
      } catch (error) {
        const { title, advice } = tellProblem(asProblem(error));
        note(file.name, { trouble: asProblem(error).code === 'file_type_refused' ? say('file_type') : advice ?? title });
      }
    }
  };
  const name = label(field.label, field.name);
  const isFull = ids.length >= (field.items_max ?? Infinity);
  return (
    <div class="field" role="group" aria-label={name}>
      <span class="name">{name}{!field.required && <span class="optional"> · {say('optional')}</span>}</span>
      <ul class="files">
        {ids.map((fileId) => {
          const file = fileOf(fileId);
          return (
            <li key={fileId}>
              <a href={fileAddress(at.door, at.caseId, fileId)} download={file?.name}><Icon name="download" />{file?.name ?? '…'}</a>
              <span class="small muted">{file ? sizeOf(file.bytes) : ''}</span>
              <button type="button" class="link small" aria-label={`${say('remove')}: ${file?.name ?? ''}`} onClick={() => onInput(ids.filter((one) => one !== fileId).join('\n'))}>{say('remove')}</button>
            </li>
          );
        })}
        {coming.map((one) => (
          <li key={one.name}>
            <span>{one.name}</span>
            {one.trouble ? <span class="wrong" role="alert">{one.trouble}</span> : <progress value={one.part} max={1} aria-label={one.name} />}
          </li>
        ))}
      </ul>
      {!isFull && (
        <label class="button pick" for={id}>
          <Icon name="plus" />{say('add_files')}
          <input id={id} class="unseen" type="file" multiple accept={field.media_types?.join(',')} onChange={choose} />
        </label>
      )}
      <span class="hint">{field.bytes_max ? say('files_hint', { size: sizeOf(field.bytes_max), count: field.items_max ?? 1 }) : ''}</span>
      {wrong && <span class="wrong">{wrong}</span>}
    </div>
  );
}
