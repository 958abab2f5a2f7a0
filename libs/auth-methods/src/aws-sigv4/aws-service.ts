/** What a region of AWS looks like, in any of its partitions. */
export const regionShape = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;

const suffix = /\.amazonaws\.com(?:\.cn)?$/;
/** Services that sign under another name than their endpoint has. */
const signingNames: ReadonlyMap<string, string> = new Map([
  ['email', 'ses'],
  ['bedrock-runtime', 'bedrock'],
  ['bedrock-agent', 'bedrock'],
  ['bedrock-agent-runtime', 'bedrock'],
  ['entitlement.marketplace', 'aws-marketplace'],
  ['metering.marketplace', 'aws-marketplace'],
]);

/** The service that a host of AWS signs for; `execute-api`, which is what one's own APIs sign for, anywhere else. */
export function serviceOf(host: string): string {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  if (/\.lambda-url\.[^.]+\.on\.aws$/.test(name)) return 'lambda';
  if (!suffix.test(name)) return 'execute-api';
  const labels = name.replace(suffix, '').split('.');
  while (labels.length > 1 && isPlace(labels.at(-1) ?? '')) labels.pop();
  const last = (labels.at(-1) ?? '').replace(/-fips$/, '');
  if (/^s3(?:-|$)/.test(last)) return ['s3-object-lambda', 's3-outposts'].includes(last) ? last : 's3';
  if (last === 'iot' && labels.length > 1) return 'iotdata';
  return signingNames.get(labels.slice(-2).join('.')) ?? signingNames.get(last) ?? last;
}

/** Labels that say where an endpoint is, and not what. */
const isPlace = (label: string): boolean => regionShape.test(label) || ['dualstack', 'fips', 'vpce'].includes(label);

/** The services that take a path as it is, and bodies that are not signed. */
export const isS3 = (service: string): boolean =>
  ['s3', 's3express', 's3-object-lambda', 's3-outposts'].includes(service);

const partitions: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^eusc-/, 'amazonaws.eu'],
];

/** The STS of a region of AWS; undefined when the region is not one of AWS's. */
export function stsOf(region: string): string | undefined {
  if (!regionShape.test(region)) return undefined;
  const domain = partitions.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com';
  return `https://sts.${region}.${domain}/`;
}

/** The region that a request to STS is signed for: the one in its own host's name comes first. */
export function stsRegionOf(host: string, region: string): string {
  if (host === 'sts.amazonaws.com') return 'us-east-1';
  const named = host.split('.').find((label) => regionShape.test(label));
  return suffix.test(host) && named !== undefined ? named : region;
}
