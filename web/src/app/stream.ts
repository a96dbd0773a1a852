// stream.ts - what the server says by itself: one connection for each address, shared by its readers.
//
// EventSource sends Last-Event-ID by itself when it comes back, so nothing is missed. "reset" means
// that too much has been missed: readers look at everything anew, as after any event.

export interface Told {
  type: string;
  data: any;
}

interface Channel {
  source: EventSource;
  readers: Set<(told: Told) => void>;
  end?: number;
}

const LINGER_MS = 2000; // the next view often wants the same channel
const channels = new Map<string, Channel>();

function read(message: MessageEvent): any {
  try {
    return JSON.parse(message.data);
  } catch {
    return null;
  }
}

function open(address: string, names: string[]): Channel {
  const source = new EventSource(address);
  const channel: Channel = { source, readers: new Set() };
  const tell = (event: Event) => {
    const message = event as MessageEvent;
    if (message.type === 'closed') source.close();
    channel.readers.forEach((reader) => reader({ type: message.type, data: read(message) }));
  };
  ['message', 'reset', 'closed', ...names].forEach((name) => source.addEventListener(name, tell));
  channels.set(address, channel);
  return channel;
}

/** Calls `reader` for each event until the answer is called. */
export function watch(address: string, names: string[], reader: (told: Told) => void): () => void {
  const channel = channels.get(address) ?? open(address, names);
  clearTimeout(channel.end);
  channel.readers.add(reader);
  return () => {
    channel.readers.delete(reader);
    if (channel.readers.size > 0) return;
    channel.end = window.setTimeout(() => {
      channel.source.close();
      channels.delete(address);
    }, LINGER_MS);
  };
}

export function closeStreams(): void {
  channels.forEach((channel) => channel.source.close());
  channels.clear();
}
