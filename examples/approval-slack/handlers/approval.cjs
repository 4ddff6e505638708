// Asks in Slack whether an order may be refunded, and takes the answer: two functions of a state machine's own.
//
// ask: gets the task's token and posts a message whose buttons carry it.
// answer: gets what Slack says about a click, verified and parsed by treadle (webhooks in approvals.yaml), and
// gives the task its result. On AWS the same two functions stand behind an API Gateway.

const SLACK = process.env.SLACK_API_URL ?? 'https://slack.com/api';

async function slack(method, body) {
  const response = await fetch(`${SLACK}/${method}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${process.env.SLACK_BOT_TOKEN}`, 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!answer.ok) throw new Error(`Slack refuses ${method}: ${answer.error}`); // with status 200
  return answer;
}

// The Step Functions API, where treadle says it is.
async function stepFunctions(operation, body) {
  const response = await fetch(process.env.AWS_ENDPOINT_URL_SFN, {
    method: 'POST',
    headers: { 'X-Amz-Target': `AWSStepFunctions.${operation}`, 'Content-Type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
}

const escape = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const button = (text, id, style, value) => ({
  type: 'button', text: { type: 'plain_text', text }, action_id: id, style, value,
});

exports.ask = async ({ taskToken, orderId, amount, requestedBy }) => {
  const text = `*Refund of order ${escape(orderId)}*\nAmount: ${escape(amount)}\nAsked by: ${escape(requestedBy)}`;
  const { channel, ts } = await slack('chat.postMessage', {
    channel: process.env.SLACK_CHANNEL ?? '#approvals',
    text: `Refund of order ${escape(orderId)}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text } },
      { type: 'actions', elements: [button('Approve', 'approve', 'primary', taskToken), button('Reject', 'reject', 'danger', taskToken)] },
    ],
  });
  return { channel, ts };
};

exports.answer = async ({ actions, user }) => {
  const [{ action_id: action, value: taskToken }] = actions;
  // Only a press of Approve approves.
  if (action === 'approve') {
    await stepFunctions('SendTaskSuccess', { taskToken, output: JSON.stringify({ approved: true, approver: user.id }) });
  } else {
    await stepFunctions('SendTaskFailure', { taskToken, error: 'Refund.Rejected', cause: `Rejected by ${user.id}` });
  }
};
