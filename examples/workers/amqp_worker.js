#!/usr/bin/env node
// amqp_worker.js - does the stages of a queue, each task once, over RabbitMQ. Needs: npm install amqplib
//
//   examples/workers/amqp_worker.js amqp://guest:guest@127.0.0.1 feeder done.log
//
// What was done is one line of a file: the task id, its effect and its result, flushed together.
// Whoever is told the same again, after a crash of anybody, answers what it answered before; then
// the letter is acknowledged. One worker for each file.
'use strict';
const [fs, amqp] = [require('fs'), require('amqplib')];
const [address, queue, file] = process.argv.slice(2);
const done = new Map(); // task id -> result
const cats = new Map(); // address -> what is known of it

const remember = ({ task_id, cat, result }) => { cats.set(cat.address, cat); done.set(task_id, result); };

const log = fs.openSync(file, 'a+');
const read = fs.readFileSync(file, 'utf8');
const whole = read.slice(0, read.lastIndexOf('\n') + 1); // a line cut short was not done
fs.ftruncateSync(log, Buffer.byteLength(whole));
whole.split('\n').filter(Boolean).forEach((line) => remember(JSON.parse(line)));

// The effect of each command; put yours here.
function doCommand(command, payload) {
  const at = payload.address ?? payload.id;
  const cat = { address: at, approved: false, balance: 0, ...cats.get(at) };
  if (command === 'approve') cat.approved = true;
  if (command === 'feed') cat.balance += payload.amount;
  return { cat, result: { checkApprove: cat.approved, getBalance: cat.balance }[command] ?? null };
}

function doOnce({ task_id, command, payload }) {
  if (!done.has(task_id)) {
    const line = { task_id, ...doCommand(command, payload) };
    fs.writeSync(log, JSON.stringify(line) + '\n');
    fs.fsyncSync(log);
    remember(line);
  }
  return { task_id, result: done.get(task_id) };
}

async function work(connection) {
  const channel = await connection.createConfirmChannel();
  const lost = new Promise((end) => [connection, channel].forEach((one) => one.on('error', end).on('close', end)));
  await channel.prefetch(10); // it must be done with these before their lease ends
  await channel.consume(`work.${queue}`, (letter) => {
    if (letter === null) return channel.close(); // somebody has deleted the queue
    const said = Buffer.from(JSON.stringify(doOnce(JSON.parse(letter.content))));
    channel.sendToQueue(letter.properties.replyTo, said, { persistent: true }, (error) => error || channel.ack(letter));
  });
  throw await lost ?? 'the connection was closed';
}

(async () => {
  for (;;) await amqp.connect(address).then((connection) => work(connection).finally(() => connection.close().catch(() => {})))
    .catch((error) => { console.error(String(error)); return new Promise((soon) => setTimeout(soon, 1000)); });
})();
