// The API over HTTP/2 without TLS, with Node's own client: many calls at once on one connection.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { after, before, test } from 'node:test';
import { startServer } from './server.mjs';

let server;
let session;
before(async () => {
  server = await startServer();
  session = connect(server.endpoint);
  await once(session, 'connect');
});
after(async () => {
  session.close();
  await server.stop();
});

async function call(operation, parameters) {
  const stream = session.request({
    ':method': 'POST', ':path': '/', 'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `AWSStepFunctions.${operation}`,
  });
  stream.end(JSON.stringify(parameters));
  const [headers] = await once(stream, 'response');
  stream.setEncoding('utf8');
  let text = '';
  for await (const piece of stream) text += piece;
  return { headers, status: headers[':status'], body: JSON.parse(text) };
}

test('many executions at once on one connection', async () => {
  const created = await call('CreateStateMachine', {
    name: 'echo', type: 'EXPRESS', roleArn: 'arn:aws:iam::123456789012:role/any',
    definition: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }),
  });
  assert.equal(created.status, 200);
  const inputs = Array.from({ length: 300 }, (_, i) => JSON.stringify({ i, filling: 'x'.repeat(i * 100) }));
  const answers = await Promise.all(inputs.map((input) => call('StartSyncExecution', {
    stateMachineArn: created.body.stateMachineArn, input,
  })));
  assert.deepEqual(answers.map((answer) => answer.body.output), inputs);
  assert.equal(new Set(answers.map((answer) => answer.headers['x-amzn-requestid'])).size, inputs.length);
});

test('a call that is given up leaves the others alone', async () => {
  const { body } = await call('CreateActivity', { name: 'idle' });
  const stream = session.request({
    ':method': 'POST', ':path': '/', 'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AWSStepFunctions.GetActivityTask',
  });
  stream.end(JSON.stringify(body));
  stream.close(constants.NGHTTP2_CANCEL);
  await once(stream, 'close');
  const listed = await call('ListActivities', {});
  assert.equal(listed.status, 200);
});
