import { request } from 'node:http';

const answerWithinMs = 1_000;

/**
 * True when a Docker daemon answers a ping within a second: a `docker` on the PATH proves nothing.
 * `DOCKER_HOST` is honoured for sockets and TCP.
 */
export function dockerAnswers(dockerHost = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'): Promise<boolean> {
  const target = pingTarget(dockerHost);
  if (target === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const ping = request({ ...target, path: '/_ping', signal: AbortSignal.timeout(answerWithinMs) }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.once('error', () => resolve(false));
    ping.end();
  });
}

function pingTarget(dockerHost: string): { socketPath: string } | { host: string; port: string } | undefined {
  if (dockerHost.startsWith('unix://')) return { socketPath: dockerHost.slice('unix://'.length) };
  if (!URL.canParse(dockerHost)) return undefined;
  const { hostname, port } = new URL(dockerHost);
  return { host: hostname, port: port === '' ? '2375' : port };
}
