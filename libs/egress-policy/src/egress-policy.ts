import { isIP } from 'node:net';
import { destinationDenied } from '@pontage/problems';
import { classifyAddress, metadataNames } from './address-class.js';
import { covers, plainHost, type Allowance } from './allowance.js';

/** Where workers may connect to: public addresses, and what the operator allows besides. */
export interface EgressPolicy {
  readonly allow: readonly Allowance[];
  /** The machine's own addresses: refused although one of them may be public. */
  readonly ownAddresses: readonly string[];
}

/** What a URL wants to be connected to. */
export interface Destination {
  readonly scheme: 'http:' | 'https:';
  /** A name or an address as the URL standard writes it, without brackets and trailing dot. */
  readonly host: string;
  readonly port: number;
  /** The addresses that are known without asking: the literal one, or the loopback of `localhost` (RFC 6761, 6.3). */
  readonly addresses: readonly string[] | undefined;
}

/**
 * The destination of a URL.
 * @throws Problem `destination-denied` when it is no http or https URL.
 */
export function destinationOf(url: string): Destination {
  if (!URL.canParse(url)) throw destinationDenied({});
  const parsed = new URL(url);
  const { protocol: scheme } = parsed;
  if (scheme !== 'http:' && scheme !== 'https:') throw destinationDenied({});
  const port = parsed.port === '' ? (scheme === 'http:' ? 80 : 443) : Number(parsed.port);
  const host = plainHost(parsed);
  if (host === '' || port === 0) throw destinationDenied({});
  return { scheme, host, port, addresses: knownAddresses(host) };
}

/**
 * The addresses that may be dialled: all of those the host has, or none of them. One private address among public ones
 * is how a rebinding name looks, so it spoils the lot.
 * @throws Problem `destination-denied`, with the same words for every reason: the answer is no oracle.
 */
export function admit(policy: EgressPolicy, destination: Destination, addresses: readonly string[]): readonly string[] {
  if (addresses.length === 0 || !addresses.every((address) => mayConnect(policy, destination, address)))
    throw destinationDenied({});
  return addresses;
}

function mayConnect({ allow, ownAddresses }: EgressPolicy, { host, port }: Destination, address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const addressClass = classifyAddress(address);
  const isMetadata = addressClass === 'metadata' || metadataNames.has(host);
  // A range that happens to hold a metadata address was not meant to open it.
  if (allow.some((allowance) => covers(allowance, host, port, address, isMetadata))) return true;
  return addressClass === 'public' && !isMetadata && !ownAddresses.includes(address);
}

function knownAddresses(host: string): readonly string[] | undefined {
  if (isIP(host) !== 0) return [host];
  if (host === 'localhost' || host.endsWith('.localhost')) return ['127.0.0.1'];
  // A name that is refused whatever its addresses are: nobody has to be asked.
  return metadataNames.has(host) ? ['169.254.169.254'] : undefined;
}
