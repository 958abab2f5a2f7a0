import type { BodyHashes } from '@pontage/contracts/query-proxy';
import { bodyNotSignable, challengeUnsupported } from '@pontage/problems';
import { parseChallenges, type Challenge } from './auth-params.js';

/** A challenge that can be answered. Texts are as the header's bytes, read as latin1. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server wrote it; undefined when it named none, which means MD5. */
  readonly algorithm: string | undefined;
  /** Node's name of the hash. */
  readonly hash: keyof BodyHashes;
  /** The `-sess` variant. */
  readonly isSession: boolean;
  /** Empty: the server speaks RFC 2069, which knows no `qop`. */
  readonly qops: readonly Qop[];
  readonly userhash: boolean;
  readonly stale: boolean;
  /** Where the challenge holds; empty: on the whole origin. */
  readonly domain: readonly string[];
}

/** Quality of protection: of the head, or of the body as well. */
export type Qop = 'auth' | 'auth-int';

/** Bodies up to here are there when a request is signed; the worker pulls larger ones. */
const signedBodyBytes = 256 * 1024;

/** The strongest first. @see RFC 7616, 6.1 and 3.7 */
const hashes: readonly (readonly [string, keyof BodyHashes])[] = [
  ['sha-512-256', 'sha512-256'],
  ['sha-256', 'sha256'],
  ['md5', 'md5'],
];

/**
 * The strongest challenge of a WWW-Authenticate header that can be answered, the first of equals; undefined when the
 * header holds no challenge at all.
 * @throws challengeUnsupported when there are challenges and none is one that we know
 */
export function strongestChallenge(header: string): DigestChallenge | undefined {
  const offered = parseChallenges(header);
  if (offered.length === 0) return undefined;
  const known = offered.flatMap((challenge) => digestChallenge(challenge) ?? []);
  const strongest = hashes.flatMap(([, hash]) => known.filter((challenge) => challenge.hash === hash)).at(0);
  if (strongest !== undefined) return strongest;
  throw challengeUnsupported(
    { offered: [...new Set(offered.map(nameOf))].slice(0, 10) },
    {
      detail:
        'The upstream offers no Digest challenge with an algorithm (MD5, SHA-256, SHA-512-256) and a quality of protection (auth, auth-int) that Pontage knows.',
    },
  );
}

/**
 * Which quality of protection an answer has: `auth` where there is a choice, since many servers that offer both get
 * `auth-int` wrong; undefined for RFC 2069.
 * @throws bodyNotSignable when the body has to be hashed and is not here
 */
export function qopOf({ qops }: DigestChallenge, bodyIsKnown: boolean): Qop | undefined {
  if (qops.length === 0) return undefined;
  if (qops.includes('auth')) return 'auth';
  if (!bodyIsKnown)
    throw bodyNotSignable(
      { limitBytes: signedBodyBytes },
      { detail: 'The upstream wants a proof over the body (auth-int); a body of this size is not here for that.' },
    );
  return 'auth-int';
}

function digestChallenge({ scheme, params }: Challenge): DigestChallenge | undefined {
  const [realm, nonce] = [params.get('realm'), params.get('nonce')];
  if (scheme.toLowerCase() !== 'digest' || realm === undefined || nonce === undefined || nonce === '') return undefined;
  const algorithm = params.get('algorithm');
  const [, name, sess] = /^(.*?)(-sess)?$/.exec((algorithm ?? 'md5').toLowerCase()) ?? [];
  const hash = hashes.find(([known]) => known === name)?.[1];
  const words = wordsOf(params.get('qop'), /[\s,]+/);
  const qops = words.filter((word): word is Qop => word === 'auth' || word === 'auth-int');
  if (hash === undefined || (words.length > 0 && qops.length === 0)) return undefined;
  return {
    realm,
    nonce,
    opaque: params.get('opaque'),
    algorithm,
    hash,
    isSession: sess !== undefined,
    qops,
    userhash: isTrue(params.get('userhash')),
    stale: isTrue(params.get('stale')),
    domain: (params.get('domain') ?? '').split(/\s+/).filter((uri) => uri !== ''),
  };
}

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === 'true';

const wordsOf = (text: string | undefined, separator: RegExp): string[] =>
  (text ?? '')
    .toLowerCase()
    .split(separator)
    .filter((word) => word !== '');

/** What a challenge offers, in few words: its scheme, and the algorithm and qop of a Digest. */
function nameOf({ scheme, params }: Challenge): string {
  const words = [scheme, params.get('algorithm'), params.get('qop')].filter((word) => word !== undefined);
  return words
    .join(' ')
    .replaceAll(/[^0-9A-Za-z ,._-]/g, '')
    .slice(0, 60);
}
