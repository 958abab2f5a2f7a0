// The response of HTTP Digest (RFC 7616, 3.4): A1 with its -sess form, A2 with auth and auth-int, userhash, and RFC 2069's form
// for servers that send no qop. Hashes are over bytes: what the server sent goes in as it came, user name and password as
// UTF-8 in normalization form C, whether the server asks for that (charset=UTF-8) or says nothing: nothing else is agreed
// upon. Not verified: rspauth, the server's own proof, since TLS says who the server is.

import { createHash } from 'node:crypto';
import type { BodyHashes } from '@pontage/contracts/query-proxy';
import { quoted } from './auth-params.js';
import type { DigestChallenge, Qop } from './digest-challenge.js';

/** What a response proves, and of what. */
export interface DigestProof {
  readonly challenge: DigestChallenge;
  readonly username: string;
  readonly password: string;
  readonly method: string;
  /** The request target, as it goes over the wire. */
  readonly uri: string;
  readonly body: Uint8Array | undefined;
  /** Of a body that is not here. */
  readonly bodyHashes: BodyHashes | undefined;
  readonly qop: Qop | undefined;
  readonly count: number;
  readonly cnonce: string;
  /** The nonces that a `-sess` session began with. */
  readonly session: { readonly nonce: string; readonly cnonce: string };
}

/** The value of the Authorization header. */
export function digestAuthorization(proof: DigestProof): string {
  const { challenge, uri, qop, count, cnonce } = proof;
  const { realm, nonce, opaque, algorithm, userhash, isSession } = challenge;
  const nc = count.toString(16).padStart(8, '0');
  const params = [
    userParam(proof),
    `realm=${quoted(realm)}`,
    `uri=${quoted(uri)}`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    `nonce=${quoted(nonce)}`,
    ...(qop === undefined ? [] : [`nc=${nc}`]),
    ...(qop === undefined && !isSession ? [] : [`cnonce=${quoted(cnonce)}`]),
    ...(qop === undefined ? [] : [`qop=${qop}`]),
    `response=${quoted(responseOf(proof, nc))}`,
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(userhash ? ['userhash=true'] : []),
  ];
  return `Digest ${params.join(', ')}`;
}

function responseOf(proof: DigestProof, nc: string): string {
  const { challenge, username, password, method, uri, qop, cnonce, session } = proof;
  const { hash, realm, nonce, isSession } = challenge;
  const secret = hashOf(hash, `${bytesOf(username)}:${realm}:${bytesOf(password)}`);
  const ha1 = isSession ? hashOf(hash, `${secret}:${session.nonce}:${session.cnonce}`) : secret;
  const ha2 = hashOf(hash, `${method}:${uri}${qop === 'auth-int' ? `:${bodyHash(proof)}` : ''}`);
  return hashOf(hash, qop === undefined ? `${ha1}:${nonce}:${ha2}` : `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`);
}

const bodyHash = ({ challenge: { hash }, body, bodyHashes }: DigestProof): string =>
  bodyHashes?.[hash] ?? hashOf(hash, body ?? '');

/** @see RFC 7616, 3.4.4 userhash; RFC 8187 for names beyond ASCII */
function userParam({ challenge: { hash, realm, userhash }, username }: DigestProof): string {
  if (userhash) return `username="${hashOf(hash, `${bytesOf(username)}:${realm}`)}"`;
  const text = username.normalize('NFC');
  if (/^[ -~]*$/.test(text)) return `username=${quoted(text)}`;
  return `username*=UTF-8''${encodeURIComponent(text).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

/** Text whose characters are the bytes of a text in UTF-8. */
const bytesOf = (text: string): string => Buffer.from(text.normalize('NFC')).toString('latin1');

const hashOf = (hash: string, data: string | Uint8Array): string =>
  (typeof data === 'string' ? createHash(hash).update(data, 'latin1') : createHash(hash).update(data)).digest('hex');
