import { InvalidArgumentError } from 'commander';
import type { PontageClient } from '../client/pontage-client.js';

/** What `pontage query run` was given. */
export interface QueryOptions {
  readonly app?: string;
  readonly method: string;
  readonly path: string;
  readonly param: readonly (readonly [string, string])[];
  readonly header: readonly (readonly [string, string])[];
  readonly body?: unknown;
  readonly params?: unknown;
}

interface QueryAnswer {
  readonly status: number;
  readonly region: string;
  readonly durationMs: number;
  readonly body: unknown;
  readonly bodyEncoding: string;
}

/** Runs an ad-hoc query on a resource, or with `--app` a saved query. The body goes to stdout, the rest to stderr. */
export async function runQuery(
  client: PontageClient,
  name: string,
  options: QueryOptions,
  json: boolean,
): Promise<number> {
  const { path, body } = requestOf(name, options);
  const answer = await client.send<QueryAnswer>('POST', path, { body });
  if (json) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else {
    process.stderr.write(`${answer.status} from ${answer.region} in ${answer.durationMs} ms\n`);
    process.stdout.write(bodyOf(answer));
  }
  return answer.status < 400 ? 0 : 1;
}

function bodyOf({ body, bodyEncoding }: QueryAnswer): string | Buffer {
  if (bodyEncoding === 'base64') return Buffer.from(String(body), 'base64');
  return `${typeof body === 'string' ? body : JSON.stringify(body, null, 2)}\n`;
}

function requestOf(name: string, options: QueryOptions): { path: string; body: unknown } {
  const params = options.params ?? {};
  const encoded = encodeURIComponent(name);
  if (options.app !== undefined) {
    return { path: `/api/v1/apps/${encodeURIComponent(options.app)}/queries/${encoded}/run`, body: { params } };
  }
  const { method, path, param: urlParams, header: headers } = options;
  const body = options.body === undefined ? {} : { body: { type: 'json', value: options.body } };
  return { path: `/api/v1/resources/${encoded}/query`, body: { method, path, urlParams, headers, params, ...body } };
}

/** Reads `name=value`, or `Name: value`, and adds it to those before. */
export const addPair =
  (separator: '=' | ':') =>
  (text: string, before: readonly (readonly [string, string])[]): (readonly [string, string])[] => {
    const at = text.indexOf(separator);
    if (at < 1) throw new InvalidArgumentError(`name${separator}value is needed.`);
    return [...before, [text.slice(0, at).trim(), text.slice(at + 1).trim()]];
  };

/** Reads JSON. */
export function jsonArgument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('This is not JSON.');
  }
}
