import { describe, expect, it } from '@jest/globals';
import type { Probed, ProbedCredential, ProbeStage } from '@pontage/contracts/egress-worker';
import type { Pairs } from '@pontage/http-message';
import {
  credentialRejected,
  destinationDenied,
  dispatchLost,
  forbidden,
  rateLimited,
  regionUnavailable,
  tokenEndpointFailed,
  unknownVariable,
  upstreamTimedOut,
  upstreamTlsFailed,
  upstreamUnreachable,
  type Problem,
} from '@pontage/problems';
import { composeTest } from './compose-test.js';
import type { ProbeOutcome } from './probe-outcome.js';

const basic: ProbedCredential = { method: 'basic', scheme: 'Basic', isGranted: false };
const token: ProbedCredential = { method: 'oauth2', scheme: 'Bearer', isGranted: true };
const ms: Readonly<Record<ProbeStage, number>> = {
  resolve: 1,
  policy: 0,
  connect: 2,
  tls: 4,
  authenticate: 8,
  request: 16,
};

/** What is known of a test that began these stages. */
const probed = (stages: readonly ProbeStage[], more: Partial<Probed> = {}): Probed => ({
  region: 'eu-central-1',
  credential: null,
  acceptsAnyIssuer: false,
  times: stages.map((stage) => ({ stage, ms: ms[stage] })),
  at: stages.at(-1) ?? 'policy',
  refusal: null,
  ...more,
});
const outcome = (end: ProbeOutcome['end'], known: Probed | undefined): ProbeOutcome => ({
  method: 'GET',
  region: 'eu-central-1',
  workerId: 'w1',
  probed: known,
  end,
});
const all = ['authenticate', 'resolve', 'connect', 'tls', 'request'] as const;
const answered = (status: number, known: Probed = probed(all, { credential: basic }), headers: Pairs = []) =>
  composeTest(outcome({ status, headers }, known));
const failed = (problem: Problem, known?: Probed) => composeTest(outcome({ problem }, known));
const shape = ({ stages }: ReturnType<typeof composeTest>): string[] =>
  stages.map(({ name, ok, ms: took }) => `${ok ? '+' : '-'}${name} ${took}`);

describe('a test that is answered', () => {
  it('shows every stage with its time', () => {
    const test = answered(200);
    expect(test).toMatchObject({ ok: true, region: 'eu-central-1', workerId: 'w1', status: 200 });
    expect(shape(test)).toEqual(['+resolve 1', '+policy 0', '+connect 2', '+tls 4', '+authenticate 8', '+request 16']);
    expect(test.stages.filter(({ remedy }) => remedy !== undefined)).toEqual([]);
    expect(test.notChecked).toEqual([
      'Whether the credential has sufficient rights for other calls.',
      'Whether the upstream looks at the credential at all for this path.',
      'Methods that change something.',
      'Other paths, and what the answers hold.',
      'Other environments.',
      'Other regions than eu-central-1.',
    ]);
  });

  it('has no stages that there were none of, and says so', () => {
    const test = answered(200, probed(['resolve', 'connect', 'request']));
    expect(shape(test)).toEqual(['+resolve 1', '+policy 0', '+connect 2', '+request 16']);
    expect(test.notChecked).toEqual(
      expect.arrayContaining(['A credential: the resource has none.', 'TLS: the base URL is plain http.']),
    );
    expect(answered(200, probed(all, { acceptsAnyIssuer: true })).notChecked).toContain(
      'Who signed the certificate (tls.allowSelfSigned).',
    );
  });

  it.each([
    [404, /nothing at this path/],
    [405, /method/],
    [422, /path/],
    [429, /later/],
    [500, /trouble of its own/],
    [302, /follows no redirect/],
  ])('with %i has proven the connection, and says what to do', (status, remedy) => {
    const test = answered(status);
    expect([test.ok, test.status]).toEqual([true, status]);
    expect(test.stages.at(-1)).toEqual({
      name: 'request',
      ok: true,
      ms: 16,
      detail: `The upstream answered ${status}.`,
      remedy: expect.stringMatching(remedy) as unknown,
    });
  });

  it('says nothing of a credential that the answer does not tell of', () => {
    expect(shape(answered(503))).not.toContain('+authenticate 8');
    expect(shape(answered(503, probed(all, { credential: token })))).toContain('+authenticate 8');
  });

  it.each([401, 403, 407])('with %i fails at the credential, whose time is that of the answer, too', (status) => {
    const test = answered(status);
    expect([test.ok, test.status]).toEqual([false, status]);
    expect(shape(test)).toEqual(['+resolve 1', '+policy 0', '+connect 2', '+tls 4', '-authenticate 24']);
  });

  it('names the scheme that is asked for when it is another one', () => {
    const asking = (challenge: string, known?: Probed) =>
      answered(401, known, [['WWW-Authenticate', challenge]]).stages.at(-1);
    expect(asking('Digest realm="x", nonce="y"')).toMatchObject({
      detail: 'The upstream answered 401 and asks for Digest.',
      remedy: expect.stringMatching(/asks for Digest.*authenticates by basic/) as unknown,
    });
    expect(asking('Basic realm="x"')?.remedy).toMatch(/^Check the values of the credential \(basic\)/);
    expect(asking('Basic realm="x"', probed(all))?.remedy).toMatch(/sends no credential.*speaks Basic/);
    expect(asking('canary-s3cret realm="canary-s3cret"')).toMatchObject({ detail: 'The upstream answered 401.' });
  });

  it("says what the auth method makes of the upstream's own word", () => {
    const known = probed(all, { credential: basic, refusal: 'The clocks differ.' });
    expect(answered(403, known).stages.at(-1)?.remedy).toBe('The clocks differ.');
  });

  it('takes the way to a sign-in page for a refusal when there is a credential, and repeats no place', () => {
    const to = (location: string, known?: Probed) => answered(302, known, [['Location', location]]);
    const test = to('https://canary.example/users/sign_in?back=canary');
    expect(test.stages.at(-1)).toMatchObject({ name: 'authenticate', ok: false });
    expect(JSON.stringify(test)).not.toContain('canary');
    expect(to('/login', probed(all)).stages.at(-1)).toMatchObject({ name: 'request', ok: true });
    expect(to('/v2/blogins').ok).toBe(true);
  });
});

describe('a test that is not answered', () => {
  it.each<[string, Problem, readonly ProbeStage[], string[]]>([
    ['a name without address', upstreamUnreachable({ stage: 'resolve' }), ['resolve'], ['-resolve 1']],
    [
      'a refused port',
      upstreamUnreachable({ stage: 'connect' }),
      ['resolve', 'connect'],
      ['+resolve 1', '+policy 0', '-connect 2'],
    ],
    [
      'no trust',
      upstreamTlsFailed({ stage: 'tls' }),
      ['resolve', 'connect', 'tls'],
      ['+resolve 1', '+policy 0', '+connect 2', '-tls 4'],
    ],
    [
      'silence',
      upstreamTimedOut({ stage: 'head' }),
      ['resolve', 'connect', 'request'],
      ['+resolve 1', '+policy 0', '+connect 2', '-request 16'],
    ],
    [
      'a rejected proof',
      credentialRejected({}),
      ['authenticate', 'resolve', 'connect', 'request'],
      ['+resolve 1', '+policy 0', '+connect 2', '-authenticate 8'],
    ],
  ])('for %s shows what went before and ends there', (_, problem, stages, wanted) => {
    const test = failed(problem, probed(stages));
    expect([test.ok, test.status, shape(test)]).toEqual([false, null, wanted]);
    expect(test.stages.at(-1)?.remedy).toMatch(/\.$|\)\.$/);
    expect(test.notChecked.join()).not.toMatch(/TLS|none/);
  });

  it('has a refused client certificate at TLS, although it is told later', () => {
    const told = probed(['resolve', 'connect', 'tls', 'request']);
    expect(shape(failed(upstreamTlsFailed({ stage: 'tls' }), told)).at(-1)).toBe('-tls 4');
  });

  it('shows of a forbidden destination that it is one, and no time of it', () => {
    const test = failed(destinationDenied({}), probed(['resolve']));
    expect(shape(test)).toEqual(['+resolve 1', '-policy 0']);
    expect(test.stages.at(-1)?.detail).toBe('The egress policy forbids this destination.');
  });

  it.each([
    [forbidden({}, { detail: 'This resource does not allow this path.' }), /does not allow this path/],
    [rateLimited({}), /Too many/],
    [unknownVariable({ path: 'config.HOST' }), /\{\{ config\.HOST \}\}/],
  ])('has our own rules at policy: %#', (problem, detail) => {
    const test = failed(problem, probed([]));
    expect([shape(test), test.stages[0]?.detail]).toEqual([['-policy 0'], expect.stringMatching(detail)]);
  });

  it('has what keeps a token from us at authenticate, whatever it was', () => {
    const acquiring = probed(['authenticate']);
    expect(shape(failed(tokenEndpointFailed({}), acquiring))).toEqual(['-authenticate 8']);
    const test = failed(destinationDenied({}), acquiring);
    expect(shape(test)).toEqual(['-authenticate 8']);
    expect(test.stages[0]?.detail).toMatch(/^While the credential was acquired: /);
  });

  it('shows a token that was obtained before what failed after it', () => {
    const known = probed(['authenticate', 'resolve', 'connect', 'request'], { credential: token });
    expect(shape(failed(upstreamTimedOut({ stage: 'head' }), known)).slice(-2)).toEqual([
      '+authenticate 8',
      '-request 16',
    ]);
  });

  it('names the stage before which there was no worker, or nobody was heard of', () => {
    const leased = probed(['authenticate'], { at: 'connect' });
    expect(shape(failed(regionUnavailable({ region: 'eu-central-1' }), leased))).toEqual(['-connect 0']);
    expect(shape(failed(dispatchLost({})))).toEqual(['-request 0']);
  });
});
