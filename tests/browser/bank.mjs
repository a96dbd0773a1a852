// bank.mjs - the payment provider of the browser's tests: pays each key once, refuses or loses what it is told to.
import { createServer } from 'node:http';

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return JSON.parse(text);
}

/** {server, refused, lost, paid}: destinations that are refused; those whose orders get no answer. */
export async function openBank(port) {
  const bank = { refused: new Set(), lost: new Set(), paid: new Map() };
  const say = (answer, status, body) => {
    answer.writeHead(status, { 'Content-Type': 'application/json' });
    answer.end(JSON.stringify(body));
  };
  bank.server = createServer(async (request, answer) => {
    const id = request.url.split('/').pop();
    if (request.method === 'GET') {
      if (bank.paid.has(id)) say(answer, 200, { status: 'done', reference: `bank-${id.slice(0, 8)}` });
      else if (bank.lost.size > 0) answer.destroy();
      else say(answer, 404, { status: 'absent' });
      return;
    }
    const order = await bodyOf(request);
    const key = request.headers['idempotency-key'];
    if (bank.lost.has(order.destination)) {
      answer.destroy();
    } else if (bank.refused.has(order.destination)) {
      say(answer, 422, { status: 'failed', reason: 'There is no such account.' });
    } else {
      bank.paid.set(key, order);
      say(answer, 200, { status: 'done', reference: `bank-${key.slice(0, 8)}` });
    }
  });
  await new Promise((ready) => bank.server.listen(port, '127.0.0.1', ready));
  return bank;
}
