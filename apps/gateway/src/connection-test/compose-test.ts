import { probeStages, type Probed, type ProbeStage } from '@pontage/contracts/egress-worker';
import type { Problem } from '@pontage/problems';
import { credentialVerdict, requestVerdict, type Verdict } from './answer-verdict.js';
import type { ConnectionTest, Stage } from './connection-test.js';
import { notChecked } from './not-checked.js';
import type { ProbeOutcome } from './probe-outcome.js';
import { remedyOf } from './remedies.js';

/** How a connection test from one region went, stage by stage. */
export function composeTest(outcome: ProbeOutcome): ConnectionTest {
  const { end, region, workerId } = outcome;
  const stages = 'problem' in end ? failedStages(end.problem, outcome) : answeredStages(end, outcome);
  return {
    ok: stages.every(({ ok }) => ok),
    region,
    workerId,
    stages,
    status: 'problem' in end ? null : end.status,
    notChecked: notChecked(outcome),
  };
}

/** Where each problem belongs that does not belong where the test stood when it came. */
const stageOfProblem: ReadonlyMap<string, ProbeStage> = new Map([
  ['invalid-request', 'policy'],
  ['forbidden', 'policy'],
  ['rate-limited', 'policy'],
  ['audit-unavailable', 'policy'],
  ['stale-policy', 'policy'],
  ['destination-denied', 'policy'],
  ['upstream-tls-failed', 'tls'],
  ['credential-rejected', 'authenticate'],
  ['consent-required', 'authenticate'],
  ['challenge-unsupported', 'authenticate'],
  ['body-not-signable', 'authenticate'],
  ['lease-unavailable', 'authenticate'],
]);

function failedStages(problem: Problem, { probed }: ProbeOutcome): Stage[] {
  const at = probed?.at ?? 'request';
  // A token endpoint may be what is forbidden.
  const failed = at === 'authenticate' ? at : (stageOfProblem.get(problem.slug) ?? at);
  const passed = passedStages(probed).filter(({ name }) => isBefore(name, failed));
  // Nothing is dialled where the policy forbids it, so there is no time to be taken either.
  const ms = failed === 'policy' ? 0 : timeOf(probed, failed);
  const detail = `${failed === at && at === 'authenticate' ? whereAcquiring(problem) : ''}${detailOf(problem)}`;
  return [...passed, { name: failed, ok: false, ms, detail, remedy: remedyOf(problem) }];
}

/** Problems of the way to a token endpoint that do not name it. */
const whereAcquiring = ({ slug }: Problem): string =>
  slug === 'destination-denied' || slug === 'region-unavailable' ? 'While the credential was acquired: ' : '';

function answeredStages(end: { status: number; headers: ProbeHeaders }, { probed }: ProbeOutcome): Stage[] {
  const passed = passedStages(probed).filter(({ name }) => name !== 'authenticate');
  const requestMs = timeOf(probed, 'request');
  const verdict = credentialVerdict(end, probed);
  // The verdict of an upstream comes with its answer.
  const judgedMs = timeOf(probed, 'authenticate') + (verdict?.ok === false ? requestMs : 0);
  const judged = verdict === undefined ? [] : [stageOf('authenticate', judgedMs, verdict)];
  if (verdict?.ok === false) return [...passed, ...judged];
  return [...passed, ...judged, stageOf('request', requestMs, requestVerdict(end))];
}
type ProbeHeaders = Extract<ProbeOutcome['end'], { status: number }>['headers'];

/** The stages on the way that another one came after. */
function passedStages(probed: Probed | undefined): Stage[] {
  if (probed === undefined) return [];
  const { credential, acceptsAnyIssuer } = probed;
  const hasBegun = (...stages: ProbeStage[]): boolean =>
    stages.some((name) => probed.times.some(({ stage }) => stage === name));
  const details: Partial<Record<ProbeStage, string | false>> = {
    resolve: (hasBegun('connect') || probed.at === 'resolve') && 'The host has an address.',
    policy: hasBegun('connect') && 'The egress policy allows every address of the host.',
    connect: hasBegun('tls', 'request') && 'The connection stands.',
    tls:
      hasBegun('tls') &&
      hasBegun('request') &&
      (acceptsAnyIssuer
        ? 'TLS stands; who signed the certificate does not matter (tls.allowSelfSigned).'
        : 'TLS stands, and the certificate is one for this host that is trusted.'),
    authenticate: credential?.isGranted === true && `A token was there or has been obtained (${credential.method}).`,
  };
  return probeStages.flatMap((name): Stage[] => {
    const detail = details[name];
    return typeof detail === 'string' ? [{ name, ok: true, ms: timeOf(probed, name), detail }] : [];
  });
}

const isBefore = (one: ProbeStage, other: ProbeStage): boolean => probeStages.indexOf(one) < probeStages.indexOf(other);

const stageOf = (name: ProbeStage, ms: number, verdict: Verdict): Stage => ({ name, ms, ...verdict });

const timeOf = (probed: Probed | undefined, name: ProbeStage): number =>
  (probed?.times ?? []).filter(({ stage }) => stage === name).reduce((sum, { ms }) => sum + ms, 0);

/** The words of a problem: those that a query's caller would read. */
function detailOf({ detail, definition, errors, facts }: Problem): string {
  const fields = errors.map(({ pointer, detail: said }) => (said === detail ? '' : ` ${pointer}: ${said}`)).join('');
  const path = typeof facts.path === 'string' ? ` {{ ${facts.path} }}` : '';
  return `${detail ?? `${definition.title}.`}${path}${fields}`;
}
