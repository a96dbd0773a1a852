// dbos_steps.js - a workflow of durable steps on DBOS; POST /ID runs it and answers when it is done.
//
//   node dbos_steps.js PORT STEPS DATABASE_URL
import http from 'node:http';
import { DBOS } from '@dbos-inc/dbos-sdk';

const [port, count] = process.argv.slice(2, 4).map(Number);

async function run() {
    let sum = 0;
    for (let number = 1; number <= count; number++)
        sum += await DBOS.runStep(async () => number, { name: `step-${number}` });
    return sum;
}

const workflow = DBOS.registerWorkflow(run, { name: 'steps' });

async function answer(request, response) {
    request.resume();
    try {
        const handle = await DBOS.startWorkflow(workflow, { workflowID: request.url.slice(1) })();
        response.end(String(await handle.getResult()));
    } catch (error) {
        response.writeHead(500).end(String(error));
    }
}

DBOS.setConfig({
    name: 'peers', systemDatabaseUrl: process.argv[4], logLevel: 'error', tracingEnabled: false,
    enableOTLP: false,
});
await DBOS.launch();
http.createServer(answer).listen(port, '127.0.0.1');
