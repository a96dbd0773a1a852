// amqp_hands.js - a worker that does nothing, and who gives it work, for bench_work.py.
//
//   amqp_hands.js work ADDRESS QUEUE         answers each letter of the queue at once
//   amqp_hands.js feed ADDRESS COUNT BYTES   publishes letters to work.bare, so many, 100 out at a
//                                            time, and says in how many seconds all were answered
'use strict';
const amqp = require('amqplib');
const [mode, address, ...rest] = process.argv.slice(2);
const PREFETCH = 50;
const OUT_MAX = 100; // as work.amqp_max is
const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

async function work(channel, queue) {
  if (queue === 'work.bare') await channel.assertQueue(queue, QUORUM); // the other one is made
  await channel.prefetch(PREFETCH);
  await channel.consume(queue, (letter) => {
    const { taskId } = JSON.parse(letter.content);
    const said = Buffer.from(JSON.stringify({ taskId, result: 1 }));
    channel.sendToQueue(letter.properties.replyTo, said, { persistent: true },
      (error) => { if (!error) channel.ack(letter); });
  });
  console.log('ready');
}

async function feed(channel, count, bytes) {
  const replyTo = 'work.answers.bare';
  let sent = 0;
  let answered = 0;
  await channel.assertQueue('work.bare', QUORUM);
  await channel.assertQueue(replyTo, QUORUM);
  const send = () => {
    const letter = JSON.stringify({ taskId: `${sent++}`, payload: '' });
    const filler = 'x'.repeat(Math.max(0, bytes - letter.length));
    channel.sendToQueue('work.bare', Buffer.from(letter.replace('""', `"${filler}"`)),
      { persistent: true, replyTo, contentType: 'application/json' });
  };
  const began = process.hrtime.bigint();
  await channel.prefetch(200);
  await channel.consume(replyTo, (answer) => {
    channel.ack(answer);
    if (++answered === count) {
      console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - began) / 1e9 }));
      process.exit(0);
    }
    if (sent < count) send();
  });
  while (sent < Math.min(count, OUT_MAX)) send();
}

(async () => {
  const connection = await amqp.connect(address);
  connection.on('error', () => process.exit(1));
  const channel = await connection.createConfirmChannel();
  if (mode === 'work') await work(channel, rest[0]);
  else await feed(channel, Number(rest[0]), Number(rest[1]));
})();
