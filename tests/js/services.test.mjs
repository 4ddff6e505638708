// The services that treadle answers itself, through the AWS SDK for JavaScript v3.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, NotFoundException, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startServer } from './server.mjs';

let server;
let options;
before(async () => {
  server = await startServer();
  options = {
    endpoint: server.endpoint, region: 'us-east-1', maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
});
after(() => server.stop());

// Where a bucket is part of the host's name is tested by the Host header alone: not every resolver knows *.localhost.
test('an object', async () => {
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const Bucket = 'by-path';
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a/b c', Body: 'hello', ContentType: 'text/plain' }));
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a/b c' }));
  assert.equal(await got.Body.transformToString(), 'hello');
  const listed = await s3.send(new ListObjectsV2Command({ Bucket }));
  assert.deepEqual(listed.Contents.map((o) => o.Key), ['a/b c']);
});

test('a message', async () => {
  const sqs = new SQSClient(options);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'js' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  assert.equal(Messages[0].Body, 'x');
});

test('a topic', async () => {
  const sns = new SNSClient(options);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'js' }));
  assert.ok((await sns.send(new PublishCommand({ TopicArn, Message: 'x' }))).MessageId);
  await assert.rejects(sns.send(new PublishCommand({ TopicArn: `${TopicArn}x`, Message: 'x' })), NotFoundException);
});

test('an event', async () => {
  const events = new EventBridgeClient(options);
  const entry = { Source: 's', DetailType: 't', Detail: '{}' };
  const answer = await events.send(new PutEventsCommand({ Entries: [entry, { ...entry, Detail: '1' }] }));
  assert.equal(answer.FailedEntryCount, 1);
  assert.equal(answer.Entries[1].ErrorCode, 'MalformedDetail');
});
