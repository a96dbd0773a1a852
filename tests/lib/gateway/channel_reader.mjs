// channel_reader.mjs - npm's eventsource on one of our channels, until it has heard a last word. It
// is told on standard input what to watch, says "open" on a line, and in the end what it has heard.
import { EventSource } from 'eventsource';

const told = JSON.parse(await new Promise((resolve) => {
  let text = '';
  process.stdin.on('data', (part) => { text += part; }).on('end', () => resolve(text));
}));
const heard = [];
let opened = 0;

const source = new EventSource(told.url, {
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${told.credential}` } }),
});
source.onopen = () => {
  opened += 1;
  console.log('open');
};

function hear(event) {
  heard.push({ id: event.lastEventId, name: event.type, data: event.data });
  if (event.data.includes(told.until)) {
    source.close();
    console.log(JSON.stringify({ heard, opened }));
  }
}
for (const name of told.events) source.addEventListener(name, hear);

// It gives up by itself where it is told that it may not.
source.onerror = (event) => {
  if (source.readyState === EventSource.CLOSED) {
    console.log(JSON.stringify({ heard, opened, refused: event.code }));
  }
};
