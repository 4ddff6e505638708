// Makes a listing of TypeScript handlers, which uses names that it does not declare, a CommonJS module:
//
//     node bundle_seed.mjs LISTING OUT
//
// esbuild strips the types and injects what is not declared; the bytes of the listing stay as they are.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
await build({
  stdin: { contents: readFileSync(process.argv[2], 'utf8'), loader: 'ts', resolveDir: folder },
  inject: [`${folder}seed_shim.mjs`],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outfile: process.argv[3],
  logLevel: 'error',
});
