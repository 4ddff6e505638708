// The functions of the trip. The hotel, the garage and the bank are played by one file, `ledger` in the folder TRIP_LEDGER,
// to which each call adds a line: "do KEY" or "undo KEY". What counts is which of them comes first.
//
// So all are idempotent, as a saga asks: the saga key names the work, and a second line of a kind changes nothing. An undo
// counts also where nothing was done: work that comes late finds itself cancelled.
//
// The trip's member `simulate` tells a step to go wrong:
//     {"ChargeCard": {"error": "CardDeclined"}}          fails and does nothing
//     {"RentCar": {"error": "GarageBusy", "times": 2}}   fails twice
//     {"IssueTicket": {"dies": true}}                    does its work, and the process ends before it can say so
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

class TripError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

const folder = process.env.TRIP_LEDGER ?? join(tmpdir(), 'treadle-trip');
const ledger = join(folder, 'ledger');
const digest = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);

// Lines are added whole, whoever else adds one at that moment.
function add(action, key) {
  mkdirSync(folder, { recursive: true });
  appendFileSync(ledger, `${action} ${key}\n`);
}

function cameFirst(key) {
  const lines = readFileSync(ledger, 'utf8').split('\n');
  return lines.find((line) => line === `do ${key}` || line === `undo ${key}`).split(' ')[0];
}

// Attempts are counted by what the delivery is called, which stays the same when the server goes down in between.
function attempt(key, context) {
  const attempts = join(folder, 'attempts', digest(key));
  mkdirSync(attempts, { recursive: true });
  writeFileSync(join(attempts, digest(process.env.TREADLE_IDEMPOTENCY_KEY ?? context.awsRequestId)), '');
  return readdirSync(attempts).length;
}

function step(name) {
  return async ({ sagaKey, input }, context) => {
    const trouble = input.simulate?.[name];
    if (trouble?.error && attempt(sagaKey, context) <= (trouble.times ?? Infinity)) {
      throw new TripError(trouble.error, `${name} was told to fail`);
    }
    add('do', sagaKey);
    if (cameFirst(sagaKey) === 'undo') throw new TripError('Cancelled', `${name} was cancelled before`);
    if (trouble?.dies) process.exit(1);
    return { confirmation: digest(sagaKey).slice(0, 8) };
  };
}

const undo = () => async ({ sagaKey }) => {
  add('undo', sagaKey);
  return {};
};

export const checkPassport = async ({ input }) => {
  if (!input.traveller) throw new TripError('NoPassport', 'The trip has no traveller');
  return { ok: true };
};
export const bookHotel = step('BookHotel');
export const cancelHotel = undo();
export const rentCar = step('RentCar');
export const returnCar = undo();
export const chargeCard = step('ChargeCard');
export const refundCard = undo();
export const issueTicket = step('IssueTicket');
export const voidTicket = undo();
export const sendItinerary = step('SendItinerary');
