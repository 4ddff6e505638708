// What the reference implementation (npm jsonata) costs under this Node.
//
//   node jsonata_reference.mjs FOLDER < [{"document": JSON, "expression": TEXT}, ...]
//
// Prints a line for each of them: nanoseconds per evaluation, in the fastest of many short batches. The
// package is installed into FOLDER when it is not there yet.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const PACKAGE = "jsonata@2.2.2";
const WARM_UP_NS = 100e6;
const MEASURED_NS = 300e6;
const BATCH_NS = 2e6;

const folder = path.resolve(process.argv[2]);
if (!existsSync(path.join(folder, "node_modules/jsonata"))) {
  mkdirSync(folder, { recursive: true });
  execFileSync("npm", ["install", "--silent", "--no-save", "--prefix", folder, PACKAGE]);
}
const jsonata = createRequire(path.join(folder, "index.js"))("jsonata");

// Nanoseconds of one evaluation, on the average over about that time.
async function evaluations(evaluate, duration) {
  const begin = process.hrtime.bigint();
  let count = 0;
  let elapsed = 0;
  while (elapsed < duration) {
    for (let i = 0; i < 16; i++, count++) await evaluate();
    elapsed = Number(process.hrtime.bigint() - begin);
  }
  return elapsed / count;
}

// The same of the fastest batch.
async function fastest(evaluate, duration) {
  const begin = process.hrtime.bigint();
  let best = Infinity;
  while (Number(process.hrtime.bigint() - begin) < duration) {
    best = Math.min(best, await evaluations(evaluate, BATCH_NS));
  }
  return best;
}

for (const { document, expression } of JSON.parse(readFileSync(0, "utf8"))) {
  const compiled = jsonata(expression);
  const evaluate = () => compiled.evaluate(document);
  await evaluations(evaluate, WARM_UP_NS);
  console.log(await fastest(evaluate, MEASURED_NS));
}
