// A treadle server of its own for a test file: `await startServer()` gives {endpoint, stop}.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = process.env.TREADLE ?? join(root, 'build/release/treadle');

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

const isReady = (endpoint) => fetch(`${endpoint}/readyz`).then((answer) => answer.ok, () => false);

export async function startServer() {
  const folder = mkdtempSync(join(tmpdir(), 'treadle-js-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const log = openSync(join(folder, 'log'), 'w');
  const server = spawn(binary, ['server', '--data', join(folder, 'data'), '--listen', listen],
    { stdio: ['ignore', log, log] });
  const ended = once(server, 'exit');
  const endpoint = `http://${listen}`;
  const giveUp = Date.now() + 30_000;
  while (!await isReady(endpoint)) {
    const gone = await Promise.race([ended.then(() => true), pause(20, false)]);
    if (gone || Date.now() > giveUp) throw new Error(`not ready: ${readFileSync(join(folder, 'log'), 'utf8')}`);
  }
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { endpoint, stop };
}
