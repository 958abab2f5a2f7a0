import type { VerifiedSignIn } from '@pontage/contracts/auth-broker';

/** Who signs in at the provider: each caller, or for all of them whoever may edit the resource. */
export type Signer = 'caller' | 'editor';

/** What has been found out about a caller and an upstream. `status` is the verification URL's; undefined: there is none. */
export type Standing =
  /** Nobody signs in, and nothing verifies. */
  | { readonly by: 'nothing' }
  /** A stored secret that is sent as it is. */
  | { readonly by: 'secret'; readonly status: number }
  | { readonly by: 'cookies'; readonly cameAlong: boolean; readonly status: number | undefined }
  | {
      readonly by: 'grant';
      readonly endsAt: Date | null;
      readonly status: number | undefined;
      /** Undefined: nobody has to. */
      readonly signsIn?: Signer | undefined;
    }
  /** A person has to sign in; `endedAt` is when the last grant was over that one has agreed to. */
  | { readonly by: 'consent'; readonly endedAt: Date | undefined; readonly signsIn: Signer }
  /** No grant is to be had; `endedAt` is when the last one was over. */
  | { readonly by: 'rejection'; readonly endedAt: Date | undefined };

/** What a caller is told. It is put together from our own words, times and a status, so that it repeats no secret. */
export function signInOf(standing: Standing): VerifiedSignIn {
  const explain = `${nextQuery(standing)}${verdict(standing)}.${remedy(standing)}`;
  const state = stateOf(standing);
  const canSignIn = state !== 'authorized' && 'signsIn' in standing && standing.signsIn === 'caller';
  return { state, expiresAt: expiryOf(standing)?.toISOString() ?? null, explain, canSignIn };
}

/** True for a status that says that who asks is signed in. */
export const saysSignedIn = (status: number): boolean => status >= 200 && status < 300;

function stateOf(standing: Standing): VerifiedSignIn['state'] {
  if (standing.by === 'nothing') return 'not-required';
  if (standing.by === 'rejection' || standing.by === 'consent')
    return standing.endedAt === undefined ? 'unauthorized' : 'expired';
  if (standing.status !== undefined) return saysSignedIn(standing.status) ? 'authorized' : 'unauthorized';
  return standing.by === 'cookies' && !standing.cameAlong ? 'unauthorized' : 'authorized';
}

function expiryOf(standing: Standing): Date | null | undefined {
  if (standing.by === 'grant') return standing.endsAt;
  return standing.by === 'rejection' || standing.by === 'consent' ? standing.endedAt : null;
}

function nextQuery(standing: Standing): string {
  switch (standing.by) {
    case 'nothing':
      return 'Nobody has to sign in: the next query is sent with what is stored';
    case 'secret':
      return 'The next query is sent with the stored secret';
    case 'cookies':
      return standing.cameAlong
        ? "The next query is sent with the caller's cookies"
        : 'The next query is sent without a session, as none of the cookies that are passed on came with this request';
    case 'grant':
      return standing.endsAt === null
        ? 'The next query uses the grant that is held, which has no end'
        : `The next query uses the grant that is held until ${standing.endsAt.toISOString()}`;
    case 'consent':
      return standing.endedAt === undefined
        ? 'The next query would be refused, as nobody has signed in'
        : `The grant ended at ${standing.endedAt.toISOString()} and cannot be refreshed; the next query would be refused`;
    case 'rejection':
      return standing.endedAt === undefined
        ? 'The next query would ask for a grant and get none'
        : `The grant ended at ${standing.endedAt.toISOString()}; the next query would ask for another one and get none`;
  }
}

function verdict(standing: Standing): string {
  if (standing.by === 'rejection') return ': the credential is not accepted';
  if (standing.by === 'consent') return '';
  if (standing.by === 'nothing' || standing.status === undefined)
    return '. There is no verification URL, so the upstream has not been asked';
  const { status } = standing;
  if (saysSignedIn(status)) return `; the verification URL answered ${status}`;
  return `, but the upstream does not say that this is a sign-in: the verification URL answered ${status}${meaningOf(status)}`;
}

function meaningOf(status: number): string {
  if (status >= 500) return ', which may be a failure of its own';
  return status >= 300 && status < 400 ? ', and redirects are not followed' : '';
}

function remedy(standing: Standing): string {
  if (standing.by === 'consent') {
    const who = standing.signsIn === 'caller' ? 'Somebody' : 'For everybody, whoever may edit the resource';
    return ` ${who} has to sign in at the provider: start that with POST …/auth/start.`;
  }
  const isPrompting = standing.by === 'cookies' && stateOf(standing) === 'unauthorized';
  return isPrompting ? ' The user has to sign in to the upstream first.' : '';
}
