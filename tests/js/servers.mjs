// Independent servers for tasks to call, as a process of their own:
//
//     node servers.mjs dynamodb s3 oauth
//
// prints one line of JSON, {NAME: PORT, ...}, and serves until its standard input ends. `oauth` gives two: the issuer of
// tokens, and `api`, which answers to them alone (oauth_api.mjs).
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuerAndApi } from './oauth_api.mjs';

const require = createRequire(import.meta.url);
const atEnd = [];

async function startDynamodb() {
  const server = require('dynalite')({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { dynamodb: server.address().port };
}

async function startS3() {
  const directory = mkdtempSync(join(tmpdir(), 'treadle-s3-'));
  atEnd.push(() => rmSync(directory, { recursive: true }));
  const S3rver = require('s3rver');
  const { port } = await new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory }).run();
  return { s3: port };
}

const starts = { dynamodb: startDynamodb, s3: startS3, oauth: startIssuerAndApi };
const ports = await Promise.all(process.argv.slice(2).map((name) => starts[name]()));
console.log(JSON.stringify(Object.assign({}, ...ports)));
process.stdin.resume();
await once(process.stdin, 'end');
for (const end of atEnd) end();
process.exit(0);
