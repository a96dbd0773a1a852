// stream.ts - what the server says by itself: one connection for each address, shared by its readers.
//
// EventSource sends Last-Event-ID by itself when it comes back, so nothing is missed. "reset" means
// that too much has been missed: readers look at everything anew, as after any event. A person has few
// streams, so a tab that nobody looks at gives its own up, and looks anew when it is seen again.

export interface Told {
  type: string;
  data: any;
}

interface Channel {
  names: string[];
  source: EventSource | null; // null: given up for now
  readers: Set<(told: Told) => void>;
  end?: number;
}

const LINGER_MS = 2000; // the next view often wants the same channel
const HIDDEN_MS = 10_000;
const AGAIN_MS = 5000;
const channels = new Map<string, Channel>();
let hiding: number | undefined;

function read(message: MessageEvent): any {
  try {
    return JSON.parse(message.data);
  } catch {
    return null;
  }
}

function connect(address: string, channel: Channel): void {
  const source = new EventSource(address);
  const tell = (event: Event) => {
    const message = event as MessageEvent;
    if (message.type === 'closed') giveUp(channel); // another tab of his has taken the place
    else channel.readers.forEach((reader) => reader({ type: message.type, data: read(message) }));
  };
  ['message', 'reset', 'closed', ...channel.names].forEach((name) => source.addEventListener(name, tell));
  source.addEventListener('error', () => {
    const isOver = source.readyState === EventSource.CLOSED && channel.source === source;
    if (isOver) window.setTimeout(() => reopen(address, channel, source), AGAIN_MS);
  });
  channel.source = source;
}

/** A browser comes back by itself, but not after an answer that was no stream: of a proxy, while the server starts. */
function reopen(address: string, channel: Channel, over: EventSource): void {
  if (channel.source !== over) return; // given up, or opened again meanwhile
  connect(address, channel);
  channel.readers.forEach((reader) => reader({ type: 'reset', data: null }));
}

function giveUp(channel: Channel): void {
  channel.source?.close();
  channel.source = null;
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(hiding);
  if (document.hidden) {
    hiding = window.setTimeout(() => channels.forEach(giveUp), HIDDEN_MS);
    return;
  }
  reopenStreams();
});

/** Calls `reader` for each event until the answer is called. */
export function watch(address: string, names: string[], reader: (told: Told) => void): () => void {
  let channel = channels.get(address);
  if (!channel) {
    channel = { names, source: null, readers: new Set() };
    channels.set(address, channel);
    connect(address, channel);
  }
  const mine = channel;
  clearTimeout(mine.end);
  mine.readers.add(reader);
  return () => {
    mine.readers.delete(reader);
    if (mine.readers.size > 0) return;
    mine.end = window.setTimeout(() => {
      giveUp(mine);
      if (channels.get(address) === mine) channels.delete(address);
    }, LINGER_MS);
  };
}

/** After signing in again, or when the tab is looked at again. */
export function reopenStreams(): void {
  channels.forEach((channel, address) => {
    if (channel.source) return;
    connect(address, channel);
    channel.readers.forEach((reader) => reader({ type: 'reset', data: null }));
  });
}

export function closeStreams(): void {
  channels.forEach(giveUp);
}
