import type { ProbeOutcome } from './probe-outcome.js';

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a test cannot tell, in short true sentences. */
export function notChecked({ method, region, probed, end }: ProbeOutcome): string[] {
  const hasAnswer = 'status' in end;
  const hasBegun = (name: string): boolean => probed?.times.some(({ stage }) => stage === name) === true;
  const lacks = (isLacking: boolean, sentence: string): string[] => (isLacking ? [sentence] : []);
  const credential = probed?.credential ?? null;
  return [
    ...lacks(true, 'Whether the credential has sufficient rights for other calls.'),
    ...lacks(hasAnswer && credential === null, 'A credential: the resource has none.'),
    ...lacks(
      hasAnswer && credential !== null && end.status < 400,
      'Whether the upstream looks at the credential at all for this path.',
    ),
    ...lacks(hasAnswer && !hasBegun('tls'), 'TLS: the base URL is plain http.'),
    ...lacks(probed?.acceptsAnyIssuer === true && hasBegun('tls'), 'Who signed the certificate (tls.allowSelfSigned).'),
    ...lacks(reading.has(method), 'Methods that change something.'),
    ...lacks(true, 'Other paths, and what the answers hold.'),
    ...lacks(true, 'Other environments.'),
    ...lacks(region !== null, `Other regions than ${region}.`),
  ];
}
