import {
  refusedPort,
  startDigestServer,
  startDns,
  startFullBacklog,
  startListener,
  startUpstream,
  type DigestServer,
  type FullBacklog,
  type Listener,
  type Upstream,
} from '@pontage/fixtures';
import { startBluntUpstream, type BluntUpstream } from './blunt-upstream.js';

/** Who a Digest server lets in. */
export const digestUser = { username: 'mufasa', password: 'circle of life' };

/** Everything that a connection can meet, good and bad. */
export interface TestedUpstreams extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly secure: Upstream;
  readonly selfSigned: Upstream;
  readonly blunt: BluntUpstream;
  readonly digest: DigestServer;
  /** A port that refuses. */
  readonly closed: number;
  /** Nobody may go to these: one listens, one is closed, one drops what comes. */
  readonly forbidden: { readonly open: Listener; readonly closed: number; readonly filtered: FullBacklog };
  /** What of a Pontage's environment lets it go where it may: `api.test` is here, `inside.test` in a private network. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startTestedUpstreams(): Promise<TestedUpstreams> {
  const [upstream, secure, selfSigned, blunt, digest, dns, closed] = await Promise.all([
    startUpstream(),
    startUpstream({ certificate: 'localhost' }),
    startUpstream({ certificate: 'self-signed' }),
    startBluntUpstream(),
    startDigestServer(digestUser),
    startDns(({ name }) => names.get(name)),
    refusedPort(),
  ]);
  const forbidden = { open: await startListener(), closed: await refusedPort(), filtered: await startFullBacklog() };
  const urls = [upstream, secure, selfSigned, blunt, digest].map(({ url }) => new URL(url).host);
  return {
    upstream,
    secure,
    selfSigned,
    blunt,
    digest,
    closed,
    forbidden,
    env: {
      PONTAGE_DEMO: '0',
      PONTAGE_EGRESS_ALLOW: [...urls, `127.0.0.1:${closed}`].join(','),
      PONTAGE_EGRESS_DNS: dns.address,
    },
    async [Symbol.asyncDispose]() {
      const servers = [upstream, secure, selfSigned, blunt, digest, dns, forbidden.open, forbidden.filtered];
      for (const each of servers) await each[Symbol.asyncDispose]();
    },
  };
}

const names = new Map([
  ['api.test', ['127.0.0.1']],
  ['inside.test', ['10.0.0.8']],
]);
