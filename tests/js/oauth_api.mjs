// An issuer of OAuth tokens and an HTTP API that wants them. The API tells what it was sent:
//
//     GET /seen      {tokens: [what was posted for each token], calls: [{method, path, query, headers, body}]}
//     DELETE /seen   forgets it, and no longer takes the tokens issued so far
//     the rest       401 without a good token; else 200 and the call as JSON, or what ?status= and ?as= ask for:
//                    another status, or a text that is no JSON
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { OAuth2Server } = createRequire(import.meta.url)('oauth2-mock-server');

function decoded(part) {
  try {
    return JSON.parse(Buffer.from(part, 'base64url'));
  } catch {
    return {};
  }
}

// Whether the issuer has signed it; its keys are asked for as any other party would.
async function isSigned(issuer, token) {
  const [head, payload, signature] = token.split('.');
  if (!signature) return false;
  const { keys } = await (await fetch(`${issuer}/jwks`)).json();
  const key = keys.find(({ kid }) => kid === decoded(head).kid);
  return key !== undefined && verify('RSA-SHA256', Buffer.from(`${head}.${payload}`),
    createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url'));
}

async function textOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function startIssuer(tokens) {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  let count = 0;
  server.service.on('beforeTokenSigning', (token, request) => {
    token.payload.jti = `token-${++count}`;
    tokens.push({ headers: request.headers, query: request.query, body: request.body });
  });
  await server.start(0, '127.0.0.1');
  return server;
}

export async function startIssuerAndApi() {
  const seen = { tokens: [], calls: [] };
  const refused = new Set();
  const issued = new Set();
  const issuer = await startIssuer(seen.tokens);

  async function isGood(header = '') {
    const token = header.replace(/^Bearer /, '');
    if (refused.has(token) || !await isSigned(issuer.issuer.url, token)) return false;
    issued.add(token);
    return true;
  }

  function forget() {
    for (const token of issued) refused.add(token);
    seen.tokens.length = seen.calls.length = 0;
  }

  const api = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://api');
    const send = (status, text) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
    if (pathname === '/seen') {
      if (request.method === 'DELETE') forget();
      return send(200, JSON.stringify(seen));
    }
    const call = { method: request.method, path: pathname, query: [...searchParams], headers: request.headers,
      body: await textOf(request) };
    seen.calls.push(call);
    if (!await isGood(request.headers.authorization)) return send(401, '{"message": "who are you?"}');
    return send(Number(searchParams.get('status') ?? 200), searchParams.get('as') ?? JSON.stringify(call));
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  return { issuer: issuer.address().port, api: api.address().port };
}
