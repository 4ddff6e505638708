// The API through the AWS SDK for JavaScript v3, whose model is newer than Debian's boto3 and AWS CLI.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ConflictException, CreateActivityCommand, CreateStateMachineAliasCommand, CreateStateMachineCommand,
  DeleteStateMachineAliasCommand, DeleteStateMachineVersionCommand, DescribeExecutionCommand,
  DescribeStateMachineAliasCommand, DescribeStateMachineCommand, GetActivityTaskCommand, GetExecutionHistoryCommand,
  ListMapRunsCommand, ListStateMachineAliasesCommand, ListStateMachineVersionsCommand, PublishStateMachineVersionCommand,
  RedriveExecutionCommand, ResourceNotFound, SFNClient, SendTaskSuccessCommand, StartExecutionCommand, StartSyncExecutionCommand,
  StateMachineDoesNotExist, StopExecutionCommand, TaskTimedOut, TestStateCommand, UpdateStateMachineAliasCommand,
  ValidateStateMachineDefinitionCommand, ValidationException,
  paginateListExecutions,
} from '@aws-sdk/client-sfn';
import { startServer } from './server.mjs';

const roleArn = 'arn:aws:iam::123456789012:role/any';
const pause = JSON.stringify({ StartAt: 'Pause', States: { Pause: { Type: 'Wait', Seconds: 86400, End: true } } });
const work = (resource) => JSON.stringify(
  { StartAt: 'Work', States: { Work: { Type: 'Task', Resource: resource, End: true } } });

let server;
let sfn;
before(async () => {
  server = await startServer();
  sfn = new SFNClient({
    endpoint: server.endpoint, region: 'us-east-1', maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
after(async () => {
  sfn.destroy();
  await server.stop();
});

const create = (name, definition) => sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }));

test('a valid definition', async () => {
  const answer = await sfn.send(new ValidateStateMachineDefinitionCommand({ definition: pause }));
  assert.equal(answer.result, 'OK');
  assert.deepEqual(answer.diagnostics, []);
});

test('an invalid definition is described', async () => {
  const definition = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } });
  const answer = await sfn.send(new ValidateStateMachineDefinitionCommand({ definition }));
  assert.equal(answer.result, 'FAIL');
  const [diagnostic] = answer.diagnostics;
  assert.equal(diagnostic.severity, 'ERROR');
  assert.match(diagnostic.location, /^\/States\/A/);
  assert.ok(diagnostic.code && diagnostic.message);
});

test('no more diagnostics than asked for', async () => {
  const states = Object.fromEntries([1, 2, 3].map((n) => [`S${n}`, { Type: 'Pass', Next: `Missing${n}` }]));
  const definition = JSON.stringify({ StartAt: 'S1', States: states });
  const answer = await sfn.send(new ValidateStateMachineDefinitionCommand({ definition, maxResults: 1 }));
  assert.equal(answer.diagnostics.length, 1);
  assert.equal(answer.truncated, true);
});

test('a validation that asks for too many results is refused', async () => {
  const command = new ValidateStateMachineDefinitionCommand({ definition: pause, maxResults: 101 });
  await assert.rejects(sfn.send(command), ValidationException);
});

test('a synchronous Express execution, without the prefix of the host', async () => {
  const client = new SFNClient({
    endpoint: server.endpoint, region: 'us-east-1', maxAttempts: 1, disableHostPrefix: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const definition = JSON.stringify({ StartAt: 'Go', States: { Go: { Type: 'Pass', End: true } } });
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({ name: 'js-express', definition, roleArn, type: 'EXPRESS' }));
  const answer = await client.send(new StartSyncExecutionCommand({ stateMachineArn, input: '{"n":1}' }));
  client.destroy();
  assert.equal(answer.status, 'SUCCEEDED');
  assert.equal(answer.output, '{"n":1}');
  assert.ok(answer.stopDate >= answer.startDate);
});

test('one state with a mocked error', async () => {
  const client = new SFNClient({
    endpoint: server.endpoint, region: 'us-east-1', maxAttempts: 1, disableHostPrefix: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const definition = JSON.stringify({
    Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true,
    Retry: [{ ErrorEquals: ['Boom'], IntervalSeconds: 3 }],
  });
  const answer = await client.send(new TestStateCommand({
    definition, input: '{"n":1}', inspectionLevel: 'DEBUG', mock: { errorOutput: { error: 'Boom', cause: 'why' } },
    stateConfiguration: { retrierRetryCount: 1 },
  }));
  client.destroy();
  assert.equal(answer.status, 'RETRIABLE');
  assert.equal(answer.error, 'Boom');
  assert.equal(answer.inspectionData.afterParameters, '{"n":1}');
  assert.deepEqual(answer.inspectionData.errorDetails, { retryIndex: 0, retryBackoffIntervalSeconds: 6 });
});

test('from start to stop, with dates and pages', async () => {
  const { stateMachineArn } = await create('js-pause', pause);
  const arns = [];
  for (let n = 0; n < 3; ++n) arns.unshift((await sfn.send(new StartExecutionCommand({ stateMachineArn }))).executionArn);
  const listed = [];
  for await (const page of paginateListExecutions({ client: sfn, pageSize: 2 }, { stateMachineArn })) {
    listed.push(...page.executions.map((execution) => execution.executionArn));
  }
  assert.deepEqual(listed, arns);
  const [executionArn] = arns;
  await sfn.send(new StopExecutionCommand({ executionArn, error: 'Enough' }));
  const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  assert.equal(described.status, 'ABORTED');
  assert.ok(described.startDate instanceof Date && described.stopDate >= described.startDate);
  const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true }));
  assert.deepEqual(events.map((event) => event.type), ['ExecutionAborted', 'WaitStateEntered', 'ExecutionStarted']);
});

test('a stopped execution is redriven, once for each token', async () => {
  const { stateMachineArn } = await create('redriven', pause);
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  await sfn.send(new StopExecutionCommand({ executionArn }));
  const redrive = (clientToken) => sfn.send(new RedriveExecutionCommand({ executionArn, clientToken }));
  const { redriveDate } = await redrive('once');
  assert.deepEqual((await redrive('once')).redriveDate, redriveDate);
  await assert.rejects(redrive('twice'), { name: 'ExecutionNotRedrivable' });
  const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  assert.equal(described.status, 'RUNNING');
  assert.equal(described.redriveCount, 1);
  assert.deepEqual(described.redriveDate, redriveDate);
});

test('errors arrive as the classes of the SDK', async () => {
  const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:nobody';
  await assert.rejects(sfn.send(new StartExecutionCommand({ stateMachineArn })), StateMachineDoesNotExist);

  const { activityArn } = await sfn.send(new CreateActivityCommand({ name: 'js-work' }));
  const machine = await create('js-worker', work(activityArn));
  await sfn.send(new StartExecutionCommand({ stateMachineArn: machine.stateMachineArn }));
  const { taskToken } = await sfn.send(new GetActivityTaskCommand({ activityArn }));
  await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
  await assert.rejects(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })), TaskTimedOut);
});

test('a version and an alias from their making to their end', async () => {
  const { stateMachineArn } = await create('js-versions', pause);
  const { stateMachineVersionArn } = await sfn.send(
    new PublishStateMachineVersionCommand({ stateMachineArn, revisionId: 'INITIAL', description: 'first' }));
  assert.equal(stateMachineVersionArn, `${stateMachineArn}:1`);
  const { stateMachineVersions } = await sfn.send(new ListStateMachineVersionsCommand({ stateMachineArn }));
  assert.deepEqual(stateMachineVersions.map((v) => v.stateMachineVersionArn), [stateMachineVersionArn]);
  const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
  const { stateMachineAliasArn } = await sfn.send(
    new CreateStateMachineAliasCommand({ name: 'live', routingConfiguration }));
  await sfn.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, description: 'what customers see' }));
  const alias = await sfn.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
  assert.equal(alias.description, 'what customers see');
  assert.deepEqual(alias.routingConfiguration, routingConfiguration);
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: stateMachineAliasArn }));
  const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  assert.equal(execution.stateMachineAliasArn, stateMachineAliasArn);
  assert.equal(execution.stateMachineVersionArn, stateMachineVersionArn);
  assert.deepEqual((await sfn.send(new ListMapRunsCommand({ executionArn }))).mapRuns, []);
  const { stateMachineAliases } = await sfn.send(
    new ListStateMachineAliasesCommand({ stateMachineArn: stateMachineVersionArn }));
  assert.equal(stateMachineAliases.length, 1);
  await assert.rejects(sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn })), ConflictException);
  await sfn.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
  await sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn }));
  await assert.rejects(sfn.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn })), ResourceNotFound);
});

test('a description without the definition, and with the variables that states refer to', async () => {
  const definition = JSON.stringify({ StartAt: 'Set', States: {
    Set: { Type: 'Pass', Assign: { name: 'Ada' }, Next: 'Use' },
    Use: { Type: 'Pass', Parameters: { 'greeting.$': "States.Format('hello {}', $name)" }, End: true } } });
  const { stateMachineArn } = await create('js-variables', definition);
  const whole = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  assert.deepEqual(whole.variableReferences, { Use: ['name'] });
  const short = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn, includedData: 'METADATA_ONLY' }));
  assert.equal(short.definition, '{}');
  assert.equal(short.variableReferences, undefined);
});
