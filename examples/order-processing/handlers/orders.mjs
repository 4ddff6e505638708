// The five functions of the order pipeline. Each takes the order and returns what the next state gets.
//
// What would be a shop's database, payment gateway and mail server is played by the order itself: its member
// `simulate` names the step that goes wrong and the error, so that every way through the pipeline can be
// tried at will:
//     {"processPayment": {"error": "PaymentGatewayTimeout", "times": 3}}
// fails the first three attempts of that step; without `times` all of them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Lambda reports an error under its `name`, and that is what ErrorEquals in the state machine compares.
class OrderError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

const fingerprint = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);

// Which attempt of this step for this order it is, counted from 1. A function keeps nothing between calls,
// so each attempt leaves an empty file. It is named after the idempotency key: a call that is delivered
// twice, because the server went down in between, is one attempt.
function attemptNumber(step, order, context) {
  const key = process.env.TREADLE_IDEMPOTENCY_KEY ?? context.awsRequestId;
  const root = process.env.ORDER_ATTEMPTS_DIR ?? join(tmpdir(), 'order-processing');
  const folder = join(root, fingerprint(`${step} ${order.orderId}`));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, fingerprint(key));
  if (!existsSync(file)) writeFileSync(file, '');
  return readdirSync(folder).length;
}

function failIfSimulated(step, order, context) {
  const failure = order.simulate?.[step];
  if (!failure) return;
  const times = failure.times ?? Infinity;
  if (attemptNumber(step, order, context) <= times) {
    throw new OrderError(failure.error, failure.message ?? `${step} was told to fail`);
  }
}

const total = (order) => order.items.reduce((sum, item) => sum + item.quantity * item.unitPrice, 0);

export async function validateOrder(order, context) {
  failIfSimulated('validateOrder', order, context);
  if (!order.orderId) throw new OrderError('ValidationError', 'The order has no orderId');
  if (!Array.isArray(order.items) || order.items.length === 0) {
    throw new OrderError('ValidationError', `Order ${order.orderId} has no items`);
  }
  const wrong = order.items.find((item) => !(item.quantity > 0));
  if (wrong) throw new OrderError('ValidationError', `Order ${order.orderId}: the quantity of ${wrong.sku} is ${wrong.quantity}`);
  return { ...order, total: total(order) };
}

// The same order is charged once however often it is asked for: the charge's id derives from the order's.
export async function processPayment(order, context) {
  failIfSimulated('processPayment', order, context);
  return {
    ...order,
    payment: { chargeId: `ch_${fingerprint(order.orderId)}`, amount: order.total, status: 'captured' },
  };
}

export async function reserveInventory(order, context) {
  failIfSimulated('reserveInventory', order, context);
  return {
    orderId: order.orderId,
    reserved: order.items.map(({ sku, quantity }) => ({ sku, quantity })),
  };
}

export async function sendConfirmation(order, context) {
  failIfSimulated('sendConfirmation', order, context);
  return { orderId: order.orderId, sentTo: order.customer.email };
}

// Gets the order as it was when fulfilment failed, with what went wrong in `error`.
export async function refundPayment(order, context) {
  failIfSimulated('refundPayment', order, context);
  return {
    ...order,
    payment: { ...order.payment, status: 'refunded' },
    reason: order.error?.Error,
  };
}
