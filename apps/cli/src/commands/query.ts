import { InvalidArgumentError } from 'commander';
import type { AnswerOf, InputOf, PontageClient } from '@pontage/client';

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

type Query = InputOf<'runAdHocQuery'>['body'];

/** Runs an ad-hoc query on a resource, or with `--app` a saved query. The body goes to stdout, the rest to stderr. */
export async function runQuery(
  client: PontageClient,
  name: string,
  options: QueryOptions,
  json: boolean,
): Promise<number> {
  const params = (options.params ?? {}) as Readonly<Record<string, unknown>>;
  const answer =
    options.app === undefined
      ? await client.call('runAdHocQuery', { path: { resource: name }, body: { ...queryOf(options), params } })
      : await client.call('runSavedQuery', { path: { uuid: options.app, name }, body: { params } });
  if (json) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else {
    process.stderr.write(`${answer.status} from ${answer.region} in ${answer.durationMs} ms\n`);
    process.stdout.write(bodyOf(answer));
  }
  return answer.status < 400 ? 0 : 1;
}

function bodyOf({ body, bodyEncoding }: AnswerOf<'runAdHocQuery'>): string | Buffer {
  if (bodyEncoding === 'base64') return Buffer.from(String(body), 'base64');
  return `${typeof body === 'string' ? body : JSON.stringify(body, null, 2)}\n`;
}

function queryOf({ method, path, param: urlParams, header: headers, body }: QueryOptions): Query {
  // A method that there is not is for the gateway to refuse: it says which there are.
  const query = { method: method as Query['method'] & string, path, urlParams, headers };
  return body === undefined ? query : { ...query, body: { type: 'json', value: body } };
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
