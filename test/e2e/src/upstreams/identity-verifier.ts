import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freePort } from '@pontage/testkit';
import { createRemoteJWKSet, jwtVerify } from 'jose';

/** An API that believes nobody whose identity it cannot verify, by the keys that the gateway publishes. */
export interface Verifier {
  readonly url: string;
  /** How many requests were verified, and what was wrong with the others. */
  readonly verified: number;
  readonly refused: readonly string[];
  /** The key ids that were seen. */
  readonly keyIds: ReadonlySet<string>;
  /** Says which resource it is. */
  expect(audience: string): void;
  stop(): Promise<void>;
}

/**
 * Starts one.
 * @param keepKeysMs how long it keeps what it has read of the keys
 */
export async function startVerifier(issuer: string, keepKeysMs = 600_000): Promise<Verifier> {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer), { cacheMaxAge: keepKeysMs });
  let audience = '';
  let verified = 0;
  const refused: string[] = [];
  const keyIds = new Set<string>();
  const server = createServer((request, response) => {
    const token = String(request.headers['pontage-identity'] ?? '');
    jwtVerify(token, keys, { issuer, audience, algorithms: ['ES256'] }).then(
      ({ payload, protectedHeader }) => {
        verified += 1;
        keyIds.add(protectedHeader.kid ?? '');
        response.setHeader('content-type', 'application/json').end(JSON.stringify(payload));
      },
      (error: unknown) => {
        refused.push(String(error));
        response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error: String(error) }));
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get verified() {
      return verified;
    },
    refused,
    keyIds,
    expect: (resource) => void (audience = resource),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const root = new URL('../../../../', import.meta.url);

/** Runs the code that the guide shows, as a process of its own, for the resource that `save` makes of its URL. */
export async function startGuideVerifier<R extends { readonly id: string }>(
  issuer: string,
  save: (url: string) => Promise<R>,
) {
  const guide = readFileSync(new URL('docs/guides/identity-to-the-upstream.md', root), 'utf8');
  const code = /```js\n(import [\s\S]*?)```/.exec(guide)?.[1];
  if (code === undefined) throw new Error('the guide shows no code');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const resource = await save(url);
  const env = { PATH: process.env.PATH, PONTAGE_BASE_URL: issuer, RESOURCE_ID: resource.id, PORT: String(port) };
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: fileURLToPath(root),
    env,
    stdio: 'inherit',
  });
  const exited = once(child, 'exit');
  while (
    child.exitCode === null &&
    !(await fetch(url).then(
      () => true,
      () => false,
    ))
  );
  return {
    url,
    resource,
    async stop() {
      child.kill();
      await exited;
    },
  };
}
