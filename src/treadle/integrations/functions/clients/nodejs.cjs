// Runs a Node.js handler behind the Lambda Runtime API (2018-06-01): fetch an invocation, call the
// handler, post what came of it. Needs Node 18 and nothing else. One invocation at a time.
// Source: AWS Lambda Developer Guide, "Custom runtimes", "Node.js handler", "Node.js errors".
'use strict';

const fs = require('fs');
const http = require('http');
const path = require('path');
const { pathToFileURL } = require('url');
const { types } = require('util');

const [apiHost, apiPort] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

// ---------------------------------------------------------------- Runtime API

function call(method, resource, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: apiHost,
        port: apiPort,
        agent,
        method,
        path: '/2018-06-01/runtime/' + resource,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }));
        response.on('error', reject);
      });
    request.on('error', reject);
    request.end(body);
  });
}

async function nextInvocation() {
  const next = await call('GET', 'invocation/next', '');
  if (next.status !== 200) throw new Error(`the runtime API answered ${next.status}`);
  return next;
}

function postResult(requestId, text) {
  return call('POST', `invocation/${requestId}/response`, text, { 'Content-Type': 'application/json' });
}

function postError(resource, error) {
  const report = describe(error);
  return call('POST', resource, JSON.stringify(report), {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Function-Error-Type': encodeURI(report.errorType),
  });
}

// ---------------------------------------------------------------- errors

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

function isError(value) {
  return types.isNativeError(value) || value instanceof Error ||
    (value !== null && typeof value === 'object' && 'name' in value && 'message' in value && 'stack' in value);
}

// What is posted for a thrown or rejected value: an Error under its name, anything else under its type.
function describe(value) {
  if (isError(value)) {
    return {
      errorType: String(value.name || 'Error'),
      errorMessage: String(value.message),
      trace: String(value.stack || '').split('\n'),
    };
  }
  return { errorType: value === null ? 'null' : typeof value, errorMessage: String(value), trace: [] };
}

function log(error) {
  process.stderr.write((isError(error) ? error.stack || String(error) : String(error)) + '\n');
}

// ---------------------------------------------------------------- the handler

// "dir/file.a.b" is export a.b of file dir/file, seen from the function's folder.
function splitHandler(handler) {
  const folder = path.dirname(handler);
  const match = /^([^.]+)\.(.+)$/.exec(path.basename(handler));
  if (!match || handler.includes('..')) {
    throw new RuntimeError('Runtime.MalformedHandlerName', `'${handler}' is not a valid handler name. ` +
      'Use the form file.export.');
  }
  return { file: path.join(folder, match[1]), names: match[2].split('.') };
}

function findFile(file) {
  const found = ['', '.js', '.mjs', '.cjs'].map((suffix) => file + suffix)
    .find((candidate) => fs.statSync(candidate, { throwIfNoEntry: false })?.isFile());
  if (found) return found;
  throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${path.basename(file)}'`);
}

// CommonJS by require, so that it works as it does everywhere; what require refuses is an ES module.
async function loadModule(file) {
  if (file.endsWith('.mjs')) return import(pathToFileURL(file).href);
  try {
    return require(file);
  } catch (error) {
    if (error?.code === 'ERR_REQUIRE_ESM') return import(pathToFileURL(file).href);
    throw error;
  }
}

function wrapLoadError(error, file) {
  if (error instanceof SyntaxError) {
    const hint = /import statement|'export'/.test(error.message) && !file.endsWith('.cjs')
      ? ` (an ES module must be named .mjs, or have {"type": "module"} in the package.json beside it)` : '';
    return new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}${hint}`);
  }
  if (error?.code === 'MODULE_NOT_FOUND') {
    return new RuntimeError('Runtime.ImportModuleError', 'Error: ' + String(error.message).split('\n')[0]);
  }
  return error;
}

async function loadHandler() {
  const { file, names } = splitHandler(process.env._HANDLER);
  const found = findFile(path.resolve(process.env.LAMBDA_TASK_ROOT, file));
  const module = await loadModule(found).catch((error) => { throw wrapLoadError(error, found); });
  const pick = (from) => names.reduce((value, name) => (value == null ? value : value[name]), from);
  const handler = pick(module) ?? pick(module.default);
  if (typeof handler !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${process.env._HANDLER} is undefined or not exported`);
  }
  return handler;
}

// ---------------------------------------------------------------- one invocation

function parseOptional(text) {
  return text ? JSON.parse(text) : undefined;
}

function makeContext(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    clientContext: parseOptional(headers['lambda-runtime-client-context']),
    identity: parseOptional(headers['lambda-runtime-cognito-identity']),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

let idleListener = null;

// Calls `settle` (null: nothing) when the process has nothing left to do, as Lambda does before it
// answers a callback.
function whenIdle(settle) {
  if (idleListener) process.removeListener('beforeExit', idleListener);
  idleListener = settle;
  if (settle) process.once('beforeExit', settle);
}

// The handler's result, in any of the styles that Lambda knows: a promise, a callback (or
// context.done, succeed, fail), or a plain return. A handler that ends in none of them gives undefined.
function invoke(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, value) => {
      const settle = () => (error === null || error === undefined ? resolve(value) : reject(error));
      if (context.callbackWaitsForEmptyEventLoop) whenIdle(settle);
      else setImmediate(settle);
    };
    context.done = (error, value) => { context.callbackWaitsForEmptyEventLoop = false; callback(error, value); };
    context.succeed = (value) => context.done(null, value);
    context.fail = (error) => context.done(error === undefined ? null : error);
    whenIdle(() => resolve(undefined));
    const returned = handler(event, context, callback);
    if (returned && typeof returned.then === 'function') returned.then(resolve, reject);
    else if (returned !== undefined && handler.length < 3) resolve(returned);
  });
}

function serialize(value) {
  try {
    const text = JSON.stringify(value === undefined ? null : value);
    return text === undefined ? 'null' : text;
  } catch (error) {
    log(error);
    throw new Error('Unable to stringify response body');
  }
}

let currentRequestId = null;

function setInvocationEnvironment(headers) {
  const variables = {
    _X_AMZN_TRACE_ID: headers['lambda-runtime-trace-id'],
    TREADLE_IDEMPOTENCY_KEY: headers['treadle-idempotency-key'],
  };
  for (const [name, value] of Object.entries(variables)) {
    if (value) process.env[name] = value;
    else delete process.env[name];
  }
}

async function serveOne(handler) {
  const { headers, body } = await nextInvocation();
  currentRequestId = headers['lambda-runtime-aws-request-id'];
  setInvocationEnvironment(headers);
  try {
    const text = serialize(await invoke(handler, JSON.parse(body), makeContext(headers)));
    whenIdle(null);
    await postResult(currentRequestId, text);
  } catch (error) {
    whenIdle(null);
    log(error);
    await postError(`invocation/${currentRequestId}/error`, error);
  }
  currentRequestId = null;
}

// An error outside the handler's own promise ends the process, but is reported first.
async function lastWords(error, status) {
  log(error);
  try {
    if (currentRequestId) await postError(`invocation/${currentRequestId}/error`, error);
  } finally {
    process.exit(status);
  }
}

async function main() {
  let handler;
  try {
    handler = await loadHandler();
  } catch (error) {
    log(error);
    await postError('init/error', error);
    process.exit(1);
  }
  process.on('uncaughtException', (error) => lastWords(error, 129));
  process.on('unhandledRejection', (reason) =>
    lastWords(new RuntimeError('Runtime.UnhandledPromiseRejection', isError(reason) ? String(reason) : `${reason}`), 128));
  for (;;) await serveOne(handler);
}

main().catch((error) => {
  process.stderr.write(`treadle: the runtime API went away: ${error.message}\n`);
  process.exit(1);
});
