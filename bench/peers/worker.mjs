// The four steps of the peers' workload as an HTTP worker: POST /STEP with a JSON body, answered with the step's result.
// Arguments: the folder of the peers (whose lib.mjs has the steps), the port.
import http from 'node:http';
import { pathToFileURL } from 'node:url';

const [folder, port] = process.argv.slice(2);
const { steps } = await import(pathToFileURL(`${folder}/lib.mjs`));
const routes = {
  '/parse': (x) => steps.parse(x),
  '/enrich': (x) => steps.enrich(x),
  '/choose': (x) => steps.choose(x.parsed),
  '/store': (x) => steps.store(x, x.target),
};

http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.stringify(routes[request.url](JSON.parse(Buffer.concat(chunks).toString())));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(Number(port), '127.0.0.1');
