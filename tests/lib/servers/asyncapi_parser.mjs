// asyncapi_parser.mjs - what AsyncAPI's own parser makes of documents, for tests.
//
//   node asyncapi_parser.mjs FILE...
//
// A JSON array on standard output, an object for each file: the warnings and errors, and how much of
// everything it has found. null for a document that it does not accept.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Parser } = require('@asyncapi/parser');
const WARNING = 1; // 0 is an error; what is above is advice, such as that there is a newer version

async function read(file) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'));
  const complaints = diagnostics
    .filter((one) => one.severity <= WARNING)
    .map((one) => `${one.path.join('/')}: ${one.message}`);
  return {
    complaints,
    found: !document ? null : {
      version: document.version(),
      channels: document.allChannels().all().length,
      operations: document.allOperations().all().length,
      messages: document.allMessages().all().length,
    },
  };
}

const said = [];
for (const file of process.argv.slice(2)) {
  said.push(await read(file));
}
process.stdout.write(JSON.stringify(said));
