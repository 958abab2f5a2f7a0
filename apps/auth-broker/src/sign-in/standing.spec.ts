import { describe, expect, it } from '@jest/globals';
import { signInOf, type Standing } from './standing.js';

const endsAt = new Date('2026-11-20T12:00:00Z');
const end = '2026-11-20T12:00:00.000Z';
const grant = (status: number | undefined): Standing => ({ by: 'grant', endsAt, status });
const cookies = (cameAlong: boolean, status?: number): Standing => ({ by: 'cookies', cameAlong, status });

describe('signInOf', () => {
  it.each<[Standing, string, string | null]>([
    [{ by: 'nothing' }, 'not-required', null],
    [{ by: 'secret', status: 204 }, 'authorized', null],
    [{ by: 'secret', status: 403 }, 'unauthorized', null],
    [grant(undefined), 'authorized', end],
    [grant(200), 'authorized', end],
    [grant(299), 'authorized', end],
    [grant(199), 'unauthorized', end],
    [grant(302), 'unauthorized', end],
    [grant(401), 'unauthorized', end],
    [grant(500), 'unauthorized', end],
    [{ by: 'grant', endsAt: null, status: 200 }, 'authorized', null],
    [cookies(false), 'unauthorized', null],
    [cookies(true), 'authorized', null],
    [cookies(true, 401), 'unauthorized', null],
    [cookies(false, 200), 'authorized', null],
    [{ by: 'rejection', endedAt: undefined }, 'unauthorized', null],
    [{ by: 'rejection', endedAt: endsAt }, 'expired', end],
  ])('tells of %j that it is %s', (standing, state, expiresAt) => {
    expect(signInOf(standing)).toMatchObject({ state, expiresAt });
  });

  it.each<[boolean, Standing]>([
    [true, { by: 'consent', endedAt: undefined, signsIn: 'caller' }],
    [false, { by: 'consent', endedAt: undefined, signsIn: 'editor' }],
    [true, { by: 'grant', endsAt, status: 401, signsIn: 'caller' }],
    [false, { by: 'grant', endsAt, status: 200, signsIn: 'caller' }],
    [false, { by: 'grant', endsAt, status: 401, signsIn: 'editor' }],
    [false, grant(401)],
    [false, { by: 'rejection', endedAt: undefined }],
    [false, cookies(false)],
  ])('says %s to whether the caller can sign in, of %j', (canSignIn, standing) => {
    expect(signInOf(standing).canSignIn).toBe(canSignIn);
  });

  it.each<[Standing, string]>([
    [
      { by: 'consent', endedAt: undefined, signsIn: 'caller' },
      'The next query would be refused, as nobody has signed in. Somebody has to sign in at the provider: start that with POST …/auth/start.',
    ],
    [
      { by: 'consent', endedAt: undefined, signsIn: 'editor' },
      'The next query would be refused, as nobody has signed in. For everybody, whoever may edit the resource has to sign in at the provider: start that with POST …/auth/start.',
    ],
    [
      grant(401),
      `The next query uses the grant that is held until ${end}, but the upstream does not say that this is a sign-in: the verification URL answered 401.`,
    ],
    [grant(200), `The next query uses the grant that is held until ${end}; the verification URL answered 200.`],
    [
      grant(undefined),
      `The next query uses the grant that is held until ${end}. There is no verification URL, so the upstream has not been asked.`,
    ],
    [
      cookies(true, 302),
      "The next query is sent with the caller's cookies, but the upstream does not say that this is a sign-in: the verification URL answered 302, and redirects are not followed. The user has to sign in to the upstream first.",
    ],
    [
      cookies(false),
      'The next query is sent without a session, as none of the cookies that are passed on came with this request. There is no verification URL, so the upstream has not been asked. The user has to sign in to the upstream first.',
    ],
    [
      { by: 'rejection', endedAt: endsAt },
      `The grant ended at ${end}; the next query would ask for another one and get none: the credential is not accepted.`,
    ],
  ])('says of %j what the next query would do, and why', (standing, explain) => {
    expect(signInOf(standing).explain).toBe(explain);
  });
});
