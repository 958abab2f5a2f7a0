import ipaddr from 'ipaddr.js';

/** One exception that an operator made: a range of addresses, or one port of one host. */
export type Allowance =
  | { readonly kind: 'range'; readonly network: ipaddr.IPv4 | ipaddr.IPv6; readonly bits: number }
  | { readonly kind: 'host'; readonly host: string; readonly port: number };

/**
 * The exceptions of a comma list of CIDRs (`10.1.0.0/16`, `fd12::/16`) and `host:port`s (`127.0.0.1:4010`,
 * `[::1]:4010`, `orders.internal:8080`).
 * @throws Error that names the entry which is neither.
 */
export function parseEgressAllow(text: string): readonly Allowance[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => parseEntry(entry));
}

function parseEntry(entry: string): Allowance {
  if (ipaddr.isValidCIDR(entry)) {
    const [network, bits] = ipaddr.parseCIDR(entry);
    return { kind: 'range', network, bits };
  }
  const [, host = '', port = ''] = /^([^/@?#\\]+):(\d{1,5})$/.exec(entry) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535 || !URL.canParse(`http://${host}/`)) {
    throw new Error(`${JSON.stringify(entry)} is neither a CIDR nor host:port`);
  }
  return { kind: 'host', host: plainHost(new URL(`http://${host}/`)), port: Number(port) };
}

/** The URL's host as the URL standard writes it, without brackets and without the dot of an absolute name. */
export const plainHost = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

/** True when the exception covers connecting to `address`; `narrow` asks for one that names this address alone. */
export function covers(allowance: Allowance, host: string, port: number, address: string, narrow: boolean): boolean {
  if (allowance.kind === 'host')
    return allowance.port === port && (allowance.host === host || allowance.host === address);
  const parsed = ipaddr.parse(address);
  if (parsed.kind() !== allowance.network.kind()) return false;
  if (narrow && allowance.bits < (parsed.kind() === 'ipv4' ? 32 : 128)) return false;
  return parsed.match(allowance.network, allowance.bits);
}
