// What a client of HTTP Digest remembers (RFC 7616, 3.3 to 3.6): per protection space the challenge that holds there, so
// that requests need not be refused first; the nonce that the server wants next; how often each nonce has been used, since a
// count that comes twice is a replay. Not kept: anything that was computed from the password.

import { headerOf, type OutboundRequest, type UpstreamResponse } from '@pontage/http-message';
import { isProblem } from '@pontage/problems';
import { parseAuthParams } from './auth-params.js';
import { strongestChallenge, type DigestChallenge } from './digest-challenge.js';

/** One protection space. */
export interface Space {
  readonly challenge: DigestChallenge;
  /** The nonces of the first request of a `-sess` session; they hold until the next challenge. */
  readonly session?: { readonly nonce: string; readonly cnonce: string };
}

/** What is known of one origin. */
export interface DigestMemory {
  /** The latest first. */
  readonly spaces: readonly Space[];
  /** Nonces and how often each has been used, the latest first. */
  readonly counts: readonly (readonly [string, number])[];
}

/** The memory before anything has been learnt. */
export const nothing: DigestMemory = { spaces: [], counts: [] };

const maxSpaces = 8;
/** Nonces of which late answers may still speak. */
const maxCounts = 256;

/** The space that a URL lies in: the one whose domain fits best, the latest of equals. */
export function spaceAt({ spaces }: DigestMemory, url: string): Space | undefined {
  const fits = spaces.map((space) => ({ space, fit: fitOf(space.challenge, url) }));
  const best = Math.max(...fits.map(({ fit }) => fit));
  return best < 0 ? undefined : fits.find(({ fit }) => fit === best)?.space;
}

/** The space that a challenge opens or goes on with. */
export const spaceOf = ({ spaces }: DigestMemory, challenge: DigestChallenge): Space =>
  spaces.find((space) => space.challenge.nonce === challenge.nonce && space.challenge.realm === challenge.realm) ?? {
    challenge,
  };

/** How often a nonce has been used. */
export const usesOf = ({ counts }: DigestMemory, nonce: string): number =>
  counts.find(([known]) => known === nonce)?.[1] ?? 0;

/** The memory once this request is on its way. */
export function afterSending(memory: DigestMemory, sent: OutboundRequest): DigestMemory {
  const params = sentParams(sent);
  const [nonce, cnonce] = [params.get('nonce'), params.get('cnonce')];
  if (nonce === undefined) return memory;
  const uses = Math.max(usesOf(memory, nonce), Number.parseInt(params.get('nc') ?? '0', 16));
  const others = memory.counts.filter(([known]) => known !== nonce);
  const spaces = memory.spaces.map((space) =>
    space.challenge.nonce === nonce && space.challenge.isSession && space.session === undefined && cnonce !== undefined
      ? { ...space, session: { nonce, cnonce } }
      : space,
  );
  return { spaces, counts: [[nonce, uses] as const, ...others].slice(0, maxCounts) };
}

/** The memory once this answer has come: with its challenge, or with the nonce that it names for the next request. */
export function afterAnswer(memory: DigestMemory, sent: OutboundRequest, answer: UpstreamResponse): DigestMemory {
  const challenge = answer.status === 401 ? challengeIn(answer) : undefined;
  if (challenge !== undefined) return withChallenge(memory, challenge);
  const next = parseAuthParams(headerOf(answer, 'authentication-info') ?? '').get('nextnonce');
  const used = sentParams(sent).get('nonce');
  // A late answer to a request with an older nonce says nothing about what is next.
  const current = memory.spaces.find((space) => space.challenge.nonce === used);
  if (next === undefined || next === '' || next === used || current === undefined) return memory;
  const renewed = { ...current, challenge: { ...current.challenge, nonce: next } };
  return { ...memory, spaces: memory.spaces.map((space) => (space === current ? renewed : space)) };
}

/** The parameters of the Digest response that a request carries. */
export function sentParams(sent: OutboundRequest): ReadonlyMap<string, string> {
  const [, text = ''] = /^digest +(.*)$/is.exec(headerOf(sent, 'authorization') ?? '') ?? [];
  return parseAuthParams(text);
}

function challengeIn(answer: UpstreamResponse): DigestChallenge | undefined {
  try {
    return strongestChallenge(headerOf(answer, 'www-authenticate') ?? '');
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}

function withChallenge(memory: DigestMemory, challenge: DigestChallenge): DigestMemory {
  const known = memory.spaces.find((space) => space.challenge.realm === challenge.realm);
  if (known?.challenge.nonce === challenge.nonce) return memory;
  const others = memory.spaces.filter((space) => space !== known);
  return { ...memory, spaces: [{ challenge }, ...others].slice(0, maxSpaces) };
}

/** How much of the URL the space's domain covers; -1 when it lies outside. */
function fitOf({ domain }: DigestChallenge, url: string): number {
  if (domain.length === 0) return 0;
  const { href } = new URL(url);
  const covers = domain
    .filter((uri) => URL.canParse(uri, url))
    .map((uri) => new URL(uri, url).href)
    .filter((prefix) => href.startsWith(prefix));
  return Math.max(-1, ...covers.map(({ length }) => length));
}
