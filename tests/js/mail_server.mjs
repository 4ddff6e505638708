// A mail server for tests (npm smtp-server), which keeps what it is given as mailparser reads it.
//
//     node mail_server.mjs CERTIFICATE
//
// CERTIFICATE holds a certificate and its key. Prints {"starttls": PORT, "plain": PORT, "log": PORT}: `starttls` asks for
// STARTTLS and for user `treadle` with password `secret`, `plain` for neither. GET / at `log` gives the mails:
// [{server, from, to, subject, headers: {name: value}, text, html, raw}]. A recipient at refused.example is refused for good, one at
// later.example is refused for now the first time.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { SMTPServer } = require('smtp-server');
const { simpleParser } = require('mailparser');

const mails = [];
const postponed = new Set();
const certificate = readFileSync(process.argv[2]);

const unfold = (text) => text.replace(/\r?\n(?=[ \t])/g, '').trim();
const reply = (code, message) => Object.assign(new Error(message), { responseCode: code });

function onRcptTo({ address }, session, done) {
  if (address.endsWith('@refused.example')) return done(reply(550, 'No such user here'));
  if (address.endsWith('@later.example') && !postponed.has(address)) {
    postponed.add(address);
    return done(reply(451, 'Try again later'));
  }
  done();
}

function onDataOf(server) {
  return async (stream, session, done) => {
    const pieces = [];
    for await (const piece of stream) pieces.push(piece);
    const raw = Buffer.concat(pieces).toString();
    const mail = await simpleParser(raw);
    mails.push({
      server,
      secure: session.secure,
      user: session.user ?? null,
      from: session.envelope.mailFrom.address,
      to: session.envelope.rcptTo.map(({ address }) => address),
      subject: mail.subject,
      headers: Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, unfold(line.slice(key.length + 1))])),
      text: mail.text,
      html: mail.html,
      raw,
    });
    done();
  };
}

async function listen(server) {
  server.on('error', () => {}); // of a connection: a client that does not trust the certificate ends it
  server.listen(0, '127.0.0.1');
  await once(server.server ?? server, 'listening');
  return (server.server ?? server).address().port;
}

const starttls = new SMTPServer({
  cert: certificate,
  key: certificate,
  onAuth: ({ username, password }, session, done) =>
    username === 'treadle' && password === 'secret' ? done(null, { user: username }) : done(reply(535, 'Wrong password')),
  onRcptTo,
  onData: onDataOf('starttls'),
});
const plain = new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true, onRcptTo, onData: onDataOf('plain'),
});
const web = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(mails));
});
console.log(JSON.stringify({ starttls: await listen(starttls), plain: await listen(plain), log: await listen(web) }));
process.stdin.resume();
await once(process.stdin, 'end');
process.exit(0);
