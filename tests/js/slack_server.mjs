// A Slack for tests: the Web API's methods that approvals use, response URLs and Socket Mode, with what the real one
// refuses refused likewise. Written after Slack's public documentation of the methods and of Block Kit.
//
//     node slack_server.mjs [CERTIFICATE]
//
// With a certificate and its key in one file it speaks TLS. It prints {"slack": PORT} and serves until its standard input ends. What tests ask of it:
//   GET  /log             every call so far: [{method, token, body}], `body` an object
//   POST /next/METHOD     {status, headers, body}: the answer to the next call of METHOD, which is not carried out
//   POST /socket          a message for every WebSocket that is open; answers how many there are
//   GET  /socket          {open, acknowledged: [envelope_id]}
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { WebSocketServer } from 'ws';

const certificate = process.argv[2] && readFileSync(process.argv[2]);
const tls = certificate && { cert: certificate, key: certificate };
const log = [];
const answers = new Map(); // method -> answers for its next calls
const messages = new Map(); // ts -> message
const acknowledged = [];
let clock = 1700000000;

const USERS = {
  U024BE7LH: { name: 'kim', profile: { email: 'kim@example.com', real_name: 'Kim Lee' } },
  U0STRANGER: { name: 'eve', profile: { email: 'eve@example.com', real_name: 'Eve' } },
  U0NOMAIL: { name: 'bot', profile: { real_name: 'No Mail' } },
};

class Refused extends Error {}
const need = (condition, error) => { if (!condition) throw new Refused(error); };
const text = (value, max) => need(typeof value === 'string' && value.length > 0 && value.length <= max, 'invalid_blocks');

function checkText(object, max, types = ['plain_text', 'mrkdwn']) {
  need(object && types.includes(object.type), 'invalid_blocks');
  text(object.text, max);
}

function checkButton(button, seen) {
  need(button.type === 'button', 'invalid_blocks');
  checkText(button.text, 75, ['plain_text']);
  text(button.action_id, 255);
  need(!seen.has(button.action_id), 'invalid_blocks');
  seen.add(button.action_id);
  if (button.value !== undefined) text(button.value, 2000);
  need([undefined, 'primary', 'danger'].includes(button.style), 'invalid_blocks');
}

const checks = {
  header: (block) => checkText(block.text, 150, ['plain_text']),
  section(block) {
    need(block.text || block.fields, 'invalid_blocks');
    if (block.text) checkText(block.text, 3000);
    if (block.fields) {
      need(block.fields.length >= 1 && block.fields.length <= 10, 'invalid_blocks');
      block.fields.forEach((field) => checkText(field, 2000));
    }
  },
  context(block) {
    need(block.elements.length >= 1 && block.elements.length <= 10, 'invalid_blocks');
    block.elements.forEach((element) => checkText(element, 2000));
  },
  actions(block) {
    need(block.elements.length >= 1 && block.elements.length <= 25, 'invalid_blocks');
    const seen = new Set();
    block.elements.forEach((element) => checkButton(element, seen));
  },
  input(block) {
    checkText(block.label, 2000, ['plain_text']);
    need(block.element && block.element.type === 'plain_text_input', 'invalid_blocks');
    text(block.element.action_id, 255);
    need(block.element.max_length === undefined || block.element.max_length <= 3000, 'invalid_blocks');
  },
};

function checkBlocks(blocks, max) {
  need(Array.isArray(blocks) && blocks.length >= 1 && blocks.length <= max, 'invalid_blocks');
  const ids = new Set();
  for (const block of blocks) {
    need(Object.hasOwn(checks, block.type), 'invalid_blocks');
    if (block.block_id !== undefined) {
      text(block.block_id, 255);
      need(!ids.has(block.block_id), 'invalid_blocks');
      ids.add(block.block_id);
    }
    checks[block.type](block);
  }
}

const methods = {
  'chat.postMessage'({ channel, text: fallback, blocks, thread_ts: thread }) {
    need(channel, 'channel_not_found');
    need(!channel.includes('missing'), 'channel_not_found');
    need(fallback || blocks, 'no_text');
    need(!fallback || fallback.length <= 40000, 'msg_too_long');
    if (blocks) checkBlocks(blocks, 50);
    need(!thread || messages.has(thread), 'thread_not_found');
    const ts = `${(clock += 1)}.000100`;
    messages.set(ts, { blocks });
    return { channel: channel.startsWith('#') ? 'C0ORDERS' : channel, ts, message: { ts } };
  },
  'chat.update'({ channel, ts, text: fallback, blocks }) {
    need(channel && !channel.startsWith('#'), 'channel_not_found'); // an id, not a name
    need(messages.has(ts), 'message_not_found');
    need(fallback, 'no_text');
    checkBlocks(blocks, 50);
    messages.set(ts, { blocks });
    return { channel, ts };
  },
  'views.open'({ trigger_id: trigger, view }) {
    need(trigger && trigger.startsWith('trigger-'), 'invalid_trigger');
    need(view.type === 'modal', 'invalid_arguments');
    for (const name of ['title', 'submit', 'close']) checkText(view[name], 24, ['plain_text']);
    need(view.private_metadata.length <= 3000, 'invalid_arguments');
    text(view.callback_id, 255);
    checkBlocks(view.blocks, 100);
    return { view: { id: 'V1' } };
  },
  'users.info'({ user }) {
    need(Object.hasOwn(USERS, user), 'user_not_found');
    return { user: { id: user, ...USERS[user] } };
  },
  'apps.connections.open': (_, token) => {
    need(token.startsWith('xapp-'), 'invalid_auth');
    return { url: `${tls ? 'wss' : 'ws'}://127.0.0.1:${server.address().port}/link/?ticket=1` };
  },
};

// Blocks come as JSON in a form from Slack's own client, as JSON from others.
function readBody(request, body) {
  const type = (request.headers['content-type'] ?? '').split(';')[0];
  if (request.method === 'GET') return Object.fromEntries(new URL(request.url, 'http://x').searchParams);
  if (type === 'application/json') return JSON.parse(body || '{}');
  const fields = Object.fromEntries(new URLSearchParams(body));
  for (const name of ['blocks', 'metadata', 'view']) if (fields[name]) fields[name] = JSON.parse(fields[name]);
  return fields;
}

function call(method, request, body) {
  const token = (request.headers.authorization ?? '').replace('Bearer ', '') || body.token || '';
  log.push({ method, token, body });
  const next = answers.get(method)?.shift();
  if (next) return next;
  try {
    need(Object.hasOwn(methods, method), 'unknown_method');
    need(/^x(oxb|app)-/.test(token), 'not_authed');
    return { status: 200, body: { ok: true, ...methods[method](body, token) } };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: 200, body: { ok: false, error: error.message } }; // a refusal has status 200
  }
}

const sockets = new WebSocketServer({ noServer: true });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => acknowledged.push(JSON.parse(data).envelope_id));
  socket.send(JSON.stringify({ type: 'hello', num_connections: sockets.clients.size }));
});

function control(path, method, body) {
  if (path === '/log') return { status: 200, body: log };
  if (path.startsWith('/next/')) {
    const name = path.slice('/next/'.length);
    answers.set(name, [...(answers.get(name) ?? []), JSON.parse(body)]);
    return { status: 200, body: {} };
  }
  if (method === 'POST') for (const socket of sockets.clients) socket.send(body);
  return { status: 200, body: { open: sockets.clients.size, acknowledged } };
}

async function serve(request, response) {
  let body = '';
  for await (const piece of request) body += piece;
  const { pathname: path } = new URL(request.url, 'http://x');
  let answer;
  if (path.startsWith('/api/')) {
    answer = call(path.slice('/api/'.length), request, readBody(request, body));
  } else if (path.startsWith('/response/')) {
    log.push({ method: 'response_url', token: path, body: JSON.parse(body) });
    answer = { status: 200, body: 'ok' };
  } else {
    answer = control(path, request.method, body);
  }
  response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers });
  response.end(JSON.stringify(answer.body ?? {}));
}

const server = tls ? createTlsServer(tls, serve) : createServer(serve);
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened)));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(JSON.stringify({ slack: server.address().port }));
process.stdin.resume();
await once(process.stdin, 'end');
process.exit(0);
