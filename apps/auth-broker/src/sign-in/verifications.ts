import { createHash, randomBytes } from 'node:crypto';
import type { AuthMethod, Credential, Grant } from '@pontage/auth-methods';
import type { ParsedRequestOf } from '@pontage/contracts';
import type { verifySignIn } from '@pontage/contracts/auth-broker';
import type { TokenEgress } from '../grant/token-egress.js';
import { OneAtATime } from '../one-at-a-time.js';
import { saysSignedIn } from './standing.js';
import { verificationTarget } from './verification-target.js';

/** Who asks what about whom, with what on the request. */
export interface Question {
  readonly org: string;
  readonly asked: ParsedRequestOf<typeof verifySignIn>;
  readonly method: AuthMethod;
  /** Rendered, as `apply` takes it. */
  readonly credential: Credential;
  readonly grant: { readonly version: number; readonly value: unknown } | undefined;
}

/** What a verification URL said. */
export interface Verdict {
  readonly status: number;
  /** False: somebody else has asked, now or a moment ago. */
  readonly isFresh: boolean;
}

interface Remembered {
  readonly status: number;
  /** On this process's own monotonic clock. */
  readonly until: number;
}

/** An app that opens asks at once for everything it shows; who has just signed in does not want to wait. */
const yesForMs = 5_000;
const noForMs = 1_000;
const maxRemembered = 10_000;
/** One that takes longer has not answered. */
const longestMs = 10_000;

/**
 * Asks verification URLs, each question once at a time, and remembers answers for seconds. A question is the whole request,
 * so an answer for one caller, grant, environment or set of cookies is never one for another.
 */
export class Verifications {
  private readonly remembered = new Map<string, Remembered>();
  private readonly asking = new OneAtATime<number>();

  constructor(private readonly egress: TokenEgress) {}

  /** @throws Problem when the upstream cannot be asked, or must not be */
  async ask(question: Question, verificationUrl: string): Promise<Verdict> {
    const url = verificationTarget(question.asked.request.url, verificationUrl);
    const name = nameOf(question, url);
    const known = this.remembered.get(name);
    if (known !== undefined && known.until > performance.now()) return { status: known.status, isFresh: false };
    let isFresh = false;
    const status = await this.asking.run(name, async () => {
      isFresh = true;
      const answered = await this.send(question, url);
      this.remember(name, answered);
      return answered;
    });
    return { status, isFresh };
  }

  private async send({ org, asked, method, credential, grant }: Question, url: string): Promise<number> {
    const { request, region, tls, cookieLine, timeoutMs } = asked;
    const held: Grant | undefined = grant === undefined ? undefined : { value: grant.value, expiresAt: null };
    const bare = { method: 'GET', url, headers: request.headers, body: undefined };
    const occasion = { random: randomBytes(32), memory: undefined, answers: 0, cookies: cookieLine };
    const applied = method.apply(bare, credential, held, new Date(), occasion);
    const manner = { timeoutMs: Math.min(timeoutMs, longestMs), headOnly: true, tls };
    const headers = applied.headers.map(([name, value]): [string, string] => [name, value]);
    const { status } = await this.egress.fetchFrom(region, org, manner)(applied.url, { method: 'GET', headers });
    return status;
  }

  private remember(name: string, status: number): void {
    const now = performance.now();
    this.remembered.delete(name);
    this.remembered.set(name, { status, until: now + (saysSignedIn(status) ? yesForMs : noForMs) });
    for (const [other, { until }] of this.remembered) {
      if (until > now && this.remembered.size <= maxRemembered) return;
      this.remembered.delete(other);
    }
  }
}

/** A digest, as the question holds secrets. */
function nameOf({ org, asked, grant }: Question, url: string): string {
  const { credentialId, environment, caller, request, region, tls, cookieLine } = asked;
  const whose = [org, credentialId, environment, region, caller.kind, caller.id, grant?.version, cookieLine];
  return createHash('sha256')
    .update(JSON.stringify([...whose, url, request.headers, tls]))
    .digest('base64');
}
