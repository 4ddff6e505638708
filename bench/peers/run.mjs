// P6 and P7: treadle beside its peers on this machine, in the same run. Prints one JSON object a figure, as
// `treadle bench --format json` does; exit 1 where one is not reached.
//
//   node bench/peers/run.mjs [--peers FOLDER] [--rounds N] [--seconds S] [PEER...]
//
// FOLDER (default ../shared/bench/peers) holds `run`, which installs the peers, pinned, and drives them over a workflow of four
// steps; PEER is aws-local, restate or dbos (default: all). treadle runs the same steps: in process (`treadle bench`), and as a
// Standard workflow whose tasks are calls of one external Node worker over HTTP. Rates are those of the rounds' medians.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'string', default: join(root, '../shared/bench/peers') },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
  },
});
const peers = positionals.length > 0 ? positionals : ['aws-local', 'restate', 'dbos'];
const treadle = join(root, 'build/release/treadle');
const inFlight = 128;
// lib.mjs takes its settings from the environment as it is loaded.
Object.assign(process.env, {
  BENCH_ROUNDS: options.rounds, BENCH_SECONDS: options.seconds, BENCH_CONCURRENCY: String(inFlight),
});

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

function lines(command, args, env = {}) {
  const done = spawnSync(command, args, {
    encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26,
  });
  const text = (done.stdout ?? '').trim();
  if (text === '') throw new Error(`${command} ${args.join(' ')} printed nothing (exit ${done.status})`);
  return text.split('\n').map((line) => JSON.parse(line));
}

// {peer: {rate, serverCpu}} of the rounds' medians; CPU in seconds for 1,000 executions.
function measurePeers() {
  const rows = lines(join(options.peers, 'run'), peers);
  const out = new Map();
  for (const peer of new Set(rows.map((row) => row.peer))) {
    const of = rows.filter((row) => row.peer === peer);
    out.set(peer, {
      rate: median(of.map((row) => row.executions_per_s)),
      serverCpu: median(of.map((row) => row.server_cpu_s_per_1000)),
      version: of[0].version,
    });
  }
  return out;
}

function measureInProcess(benchmark, figure, what) {
  const figures = lines(treadle, ['bench', benchmark, '--rounds', options.rounds, '--seconds', options.seconds, '--format', 'json']);
  const found = figures.find((f) => f.figure === figure && f.what.includes(what));
  if (found === undefined) throw new Error(`treadle bench ${benchmark} has no figure ${figure} about ${what}`);
  return found.value;
}

const task = (name, path, next) => ({
  Type: 'Task', Resource: `arn:aws:lambda:us-east-1:123456789012:function:${name}`, ResultPath: path,
  ...(next ? { Next: next } : { End: true }),
});
const definition = {
  StartAt: 'Parse',
  States: {
    Parse: task('parse', '$.parsed', 'Enrich'), Enrich: task('enrich', '$.enriched', 'Choose'),
    Choose: task('choose', '$.target', 'Store'), Store: task('store', '$.result'),
  },
};

// A Standard workflow whose four tasks go to a Node worker over HTTP, started and awaited over HTTP.
async function measureExternal() {
  const lib = await import(pathToFileURL(join(options.peers, 'lib.mjs')));
  const folder = mkdtempSync(join(tmpdir(), 'treadle-peers-'));
  const [port, workerPort] = [await lib.freePort(), await lib.freePort()];
  const functions = Object.fromEntries(['parse', 'enrich', 'choose', 'store'].map(
    (name) => [name, { runtime: 'http', handler: `http://127.0.0.1:${workerPort}/${name}` }]));
  writeFileSync(join(folder, 'steps.asl.json'), JSON.stringify(definition));
  writeFileSync(join(folder, 'treadle.yaml'), JSON.stringify({ stateMachines: { steps: { definition: 'steps.asl.json' } }, functions }));
  const worker = lib.start(process.execPath, [join(root, 'bench/peers/worker.mjs'), options.peers, String(workerPort)]);
  const server = lib.start(treadle, ['server', '--listen', `127.0.0.1:${port}`, '--data', join(folder, 'data'), '--project', folder]);
  const call = (operation, body, headers = {}) => lib.request('POST', port, '/', JSON.stringify(body), {
    'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}`, ...headers,
  }).then(JSON.parse);
  try {
    await lib.until(() => lib.request('GET', port, '/readyz').then(() => true));
    const start = {
      stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:steps', input: JSON.stringify(lib.input),
    };
    const once = () => call('StartExecution', start, { 'treadle-wait': '15' });
    const first = await call('DescribeExecution', { executionArn: (await once()).executionArn });
    if (first.status !== 'SUCCEEDED') throw new Error(`the workflow does not run: ${JSON.stringify(first)}`);
    const rounds = [];
    await lib.closedLoop(inFlight, lib.warmup, once);
    for (let i = 0; i < Number(options.rounds); ++i) {
      const cpu = lib.cpu(server.pid);
      const load = await lib.closedLoop(inFlight, lib.seconds, once);
      if (load.failed > 0) throw new Error(`${load.failed} executions failed`);
      rounds.push({ rate: load.rate, serverCpu: ((lib.cpu(server.pid) - cpu) / load.n) * 1000 });
    }
    const running = await call('ListExecutions', { stateMachineArn: start.stateMachineArn, statusFilter: 'RUNNING' });
    if (running.executions.length > 0) throw new Error('an execution that was awaited still runs');
    return { rate: median(rounds.map((r) => r.rate)), serverCpu: median(rounds.map((r) => r.serverCpu)) };
  } finally {
    worker.kill();
    await lib.stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

let allReached = true;
// `ratio` says how many times better than the peer.
function print({ figure, what, value, unit, limit, ratio, reach }) {
  const ok = ratio >= reach;
  allReached &&= ok;
  const round = (x) => Number(x.toPrecision(4));
  console.log(JSON.stringify({ figure, what, value: round(value), unit, limit: round(limit), ratio: round(ratio), reach: `>= ${reach}`, ok }));
}
const rate = (figure, what, ours, theirs, reach) =>
  print({ figure, what, value: ours, unit: '/s', limit: theirs, ratio: ours / theirs, reach });
const cpu = (figure, what, ours, theirs, reach) =>
  print({ figure, what, value: ours, unit: 's server CPU for 1,000', limit: theirs, ratio: theirs / ours, reach });

const measured = measurePeers();
const restate = measured.get('restate');
const dbos = [...measured].find(([peer]) => peer.startsWith('dbos'))?.[1];
const awsLocal = [...measured].find(([peer]) => peer.startsWith('aws-local'))?.[1];
if (restate || dbos) {
  const executions = measureInProcess('standard', 'P5', 'executions a second');
  const cpuOfThousand = (measureInProcess('standard', 'P5', 'CPU a commit') * 5) / 1000;
  if (restate) {
    rate('P6', `Standard in process, 128 in flight, beside Restate ${restate.version}`, executions, restate.rate, 60);
    cpu('P6', `Standard in process, 128 in flight, beside Restate ${restate.version}`, cpuOfThousand, restate.serverCpu, 40);
  }
  if (dbos) rate('P6', `Standard in process, 128 in flight, beside DBOS ${dbos.version}`, executions, dbos.rate, 100);
}
if (awsLocal) {
  const executions = measureInProcess('express', 'P1', 'a core');
  rate('P6', `Express in process on one core, beside aws-local-stepfunctions ${awsLocal.version}`, executions, awsLocal.rate, 30);
}
if (restate) {
  const external = await measureExternal();
  rate('P7', 'Standard with an external Node worker over HTTP, 128 in flight, beside Restate', external.rate, restate.rate, 3);
  cpu('P7', 'Standard with an external Node worker over HTTP, 128 in flight, beside Restate', external.serverCpu, restate.serverCpu, 10);
}
process.exit(allReached ? 0 : 1);
