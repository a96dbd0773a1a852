// restate_steps.js - a workflow of durable steps on Restate, served to its server on loopback.
//
//   node restate_steps.js PORT STEPS
import http2 from 'node:http2';
import * as restate from '@restatedev/restate-sdk';

const [port, count] = process.argv.slice(2).map(Number);

async function run(context) {
    let sum = 0;
    for (let number = 1; number <= count; number++)
        sum += await context.run(`step-${number}`, () => number);
    return sum;
}

const workflow = restate.workflow({ name: 'steps', handlers: { run } });
const handler = restate.createEndpointHandler({ services: [workflow], logger: () => {} });
http2.createServer(handler).listen(port, '127.0.0.1');
