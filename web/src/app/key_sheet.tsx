// key_sheet.tsx - what the keyboard can do, on "?".
import { Dialog } from '../design/dialog';
import { Key, say } from './words';

const ROWS: [string[], Key][] = [
  [['Ctrl', 'K'], 'keys_palette'],
  [['J', 'K'], 'keys_walk'],
  [['Enter'], 'keys_open'],
  [['H'], 'start'],
  [['I'], 'inbox'],
  [['C'], 'cases'],
  [['P'], 'profile'],
  [['Esc'], 'close'],
  [['?'], 'keys_sheet'],
];

export function KeySheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={say('keyboard')} onClose={onClose}>
      <table>
        <tbody>
          {ROWS.map(([keys, meaning]) => (
            <tr key={meaning}>
              <td class="nowrap">{keys.map((key) => <><kbd class="key">{key}</kbd> </>)}</td>
              <td>{say(meaning)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
