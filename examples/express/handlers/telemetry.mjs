// The two functions of the telemetry pipeline.
//
// A message is one line of text, as small devices send it:
//     "pump-7 1700000000000 temperature=21.5"      a measurement
//     "pump-7 1700000000000 !overheated"           an alarm
// and anything else, which is kept as it is.

const sites = { pump: 'waterworks', lamp: 'harbour' };

// What stands in the message.
export async function parse({ message }) {
  const [, time, rest] = /^\S+ (\d+) (.*)$/.exec(message) ?? [];
  if (rest === undefined) return { kind: 'unknown' };
  if (rest.startsWith('!')) return { kind: 'alarm', time, name: rest.slice(1) };
  const [name, value] = rest.split('=');
  if (!name || value === undefined || Number.isNaN(Number(value))) return { kind: 'unknown' };
  return { kind: 'measurement', time, name, value };
}

// What is known of the device that sent it.
export async function enrich({ message }) {
  const [id] = String(message).split(' ', 1);
  return { id: /^[\w-]+$/.test(id) ? id : 'nobody', site: sites[id.split('-', 1)[0]] ?? 'elsewhere' };
}
