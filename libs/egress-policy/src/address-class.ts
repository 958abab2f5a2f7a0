// Which addresses are public: IANA's special-purpose registries (RFC 6890 and successors) as ipaddr.js knows them, and
// what they leave open. Refused although they might be routed: every form that carries an IPv4 address inside an IPv6
// one (mapped, compatible, NAT64, 6to4, Teredo, ISATAP), because some router could unwrap it to a private address.

import ipaddr from 'ipaddr.js';

/** What an address is to us. A metadata service answers with the machine's own credentials. */
export type AddressClass = 'public' | 'metadata' | 'private';

/** The class of a literal address; text that is no address is private. */
export function classifyAddress(address: string): AddressClass {
  // A zone names an interface of this machine.
  if (!ipaddr.isValid(address) || address.includes('%')) return 'private';
  const parsed = ipaddr.parse(address);
  if (metadataAddresses.has(parsed.toString())) return 'metadata';
  if (parsed.range() !== 'unicast') return 'private';
  return parsed instanceof ipaddr.IPv6 && !isGlobal(parsed) ? 'private' : 'public';
}

/** Global unicast is 2000::/3 and nothing else so far (RFC 4291, 2.4); within it ISATAP (RFC 5214, 6.1) carries IPv4. */
function isGlobal({ parts }: ipaddr.IPv6): boolean {
  const [first = 0, , , , fifth = 0, sixth = 0] = parts;
  return first >= 0x2000 && first <= 0x3fff && !((fifth & 0xfdff) === 0 && sixth === 0x5efe);
}

const metadataAddresses: ReadonlySet<string> = new Set(
  [
    '169.254.169.254', // EC2, GCE, Azure, DigitalOcean, OpenStack and others
    '169.254.170.2', // ECS task credentials
    '169.254.170.23', // EKS pod identity
    '169.254.0.23', // Tencent Cloud
    '100.100.100.200', // Alibaba Cloud
    '192.0.0.192', // Oracle Cloud
    '168.63.129.16', // Azure's platform services, on a public address
    'fd00:ec2::254', // EC2
    'fd00:ec2::23', // EKS pod identity
    'fd20:ce::254', // GCE
    'fd00:42::42', // Scaleway
  ].map((address) => ipaddr.parse(address).toString()),
);

/** Names under which clouds serve metadata; they are refused without asking anybody for their addresses. */
export const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.tencentyun.com',
  'metadata.platformequinix.com',
  'metadata.packet.net',
]);
