#!/usr/bin/env node
// worker.js - does the stages of a queue, each task once. No dependencies; Node 18 or newer.
//
//   KONTORA_KEY=kontora_root_... examples/workers/worker.js http://127.0.0.1:8480 feeder done.log
//
// What was done is one line of a file: the task id, its effect and its result, flushed together.
// Whoever is told the same again, after a crash of anybody anywhere, answers what it answered
// before. One worker for each file.
'use strict';
const fs = require('fs');
const [address, queue, file, lease = 30000] = process.argv.slice(2); // longer than a task takes
const worker = `worker.js ${process.pid}`;
const done = new Map(); // task id -> result
const cats = new Map(); // address -> what is known of it

function remember({ task_id, cat, result }) {
  cats.set(cat.address, cat);
  done.set(task_id, result);
}

const log = fs.openSync(file, 'a+');
const read = fs.readFileSync(file, 'utf8');
const whole = read.slice(0, read.lastIndexOf('\n') + 1); // what a crash has cut short was not done
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

async function ask(verb, body) {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${process.env.KONTORA_KEY}` };
  const request = { method: 'POST', headers, body: JSON.stringify({ worker, ...body }) };
  const answer = await fetch(`${address}/work/${queue}/${verb}`, request);
  if (!answer.ok) throw new Error(`${verb}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

(async () => {
  for (;;) await ask('take', { wait_ms: 20000, lease_ms: Number(lease) })
    .then(async ({ items }) => { for (const item of items) await ask('answer', doOnce(item)); })
    .catch((error) => { console.error(error.message); return new Promise((soon) => setTimeout(soon, 1000)); });
})();
