// files.ts - files of a case: sent in pieces, each from where the server says that it has got to.
import { get, post, putBytes } from './api';
import { DoorName, FormField } from './flow';

export interface FileShown {
  file_id: string;
  name: string;
  bytes: number;
  received: number;
  media_type: string | null;
}

const PIECE = 524_288;

const at = ({ kind, workflow }: DoorName, caseId: string) => `/flow/${kind}/${workflow}/cases/${caseId}/files`;

export const fileAddress = (door: DoorName, caseId: string, fileId: string) => `${at(door, caseId)}/${fileId}`;

export async function filesOf(door: DoorName, caseId: string, signal?: AbortSignal): Promise<FileShown[]> {
  return (await get<{ items: FileShown[] }>(at(door, caseId), signal)).items;
}

/** Tells how much is there after each piece. */
export async function sendFile(door: DoorName, caseId: string, field: FormField, file: File, tell: (received: number) => void): Promise<FileShown> {
  let sent = await post<FileShown>(at(door, caseId), { field: field.name, name: file.name, bytes: file.size });
  while (sent.received < file.size) {
    const piece = file.slice(sent.received, sent.received + (field.piece_bytes_max ?? PIECE));
    sent = await putBytes<FileShown>(`${fileAddress(door, caseId, sent.file_id)}?offset=${sent.received}`, piece);
    tell(sent.received);
  }
  return sent;
}
