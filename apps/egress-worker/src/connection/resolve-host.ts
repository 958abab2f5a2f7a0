import { lookup, Resolver } from 'node:dns/promises';

/** Finds all addresses of a name. @throws Error when there is none. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** Asks the system, as every other program on the machine would: hosts file, search domains and all. */
export const resolveBySystem: ResolveHost = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return ipv4First(found.map(({ address }) => address));
};

/**
 * Asks one name server and nobody else.
 * @param nameServer `host:port`, the host an address.
 */
export function resolveBy(nameServer: string): ResolveHost {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([nameServer]);
  return async (host) => {
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = [ipv4, ipv6].flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    if (found.length === 0 && ipv4.status === 'rejected') throw ipv4.reason;
    return found;
  };
}

/** The addresses that customers put on their allow lists are mostly IPv4, so that is what we leave from when there is a choice. */
const ipv4First = (addresses: readonly string[]): readonly string[] =>
  addresses.toSorted((one, other) => Number(one.includes(':')) - Number(other.includes(':')));
