import { operations, type Operations } from './api.generated.js';
import { problemIn } from './pontage-problem.js';

/** The name of an operation: `operationId` of the OpenAPI document. */
export type OperationName = keyof Operations;
/** What an operation takes: `path`, `query`, `headers` and `body`, as far as it has them. */
export type InputOf<K extends OperationName> = Operations[K]['input'];
/** What an operation answers with. */
export type AnswerOf<K extends OperationName> = Operations[K]['answer'];
/** Operations that answer with a page and a cursor. */
export type ListName = {
  [K in OperationName]: AnswerOf<K> extends { readonly data: readonly unknown[]; readonly nextCursor: string | null }
    ? K
    : never;
}[OperationName];
/** One element of a list. */
export type ElementOf<K extends ListName> = AnswerOf<K> extends { readonly data: readonly (infer T)[] } ? T : never;

/** What goes with a request besides. */
export interface RequestExtras {
  /** Headers beyond those of the operation; a `Cookie` is sent outside of browsers only. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Under this the request stands in logs and in the audit record; the gateway makes one up without it. */
  readonly requestId?: string;
  readonly signal?: AbortSignal;
}

/** Where Pontage is, and who calls it. */
export interface PontageClientOptions {
  readonly url: string;
  /** An API token. */
  readonly token?: string | undefined;
}

/** A request that is sent as it is. */
export interface RawRequest extends RequestExtras {
  /** Sent as JSON. */
  readonly body?: unknown;
}

interface AnyInput {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** The input, which may be left out where nothing in it is required, and what goes with it. */
export type ArgumentsOf<K extends OperationName> =
  object extends InputOf<K>
    ? [input?: InputOf<K>, extras?: RequestExtras]
    : [input: InputOf<K>, extras?: RequestExtras];

const pageSize = 200;

/** The public HTTP API. Nothing is sent twice: whether a request may be repeated only its caller knows. */
export class PontageClient {
  readonly url: string;
  private readonly token: string | undefined;

  constructor({ url, token }: PontageClientOptions) {
    this.url = url;
    this.token = token;
  }

  /** Runs an operation. @throws PontageProblem when it was refused; Error when the gateway cannot be reached */
  async call<K extends OperationName>(operation: K, ...given: ArgumentsOf<K>): Promise<AnswerOf<K>> {
    const [method, template] = operations[operation];
    const [{ path = {}, query = {}, headers = {}, body } = {} as AnyInput, extras = {}] = given as [
      AnyInput?,
      RequestExtras?,
    ];
    const target = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(path[name])));
    const search = new URLSearchParams(textsOf(query)).toString();
    const answer = await this.request(method, search === '' ? target : `${target}?${search}`, {
      ...extras,
      headers: { ...textsOf(headers), ...extras.headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    if (!answer.ok) throw problemIn(answer.status, text, answer.headers.get('x-request-id'));
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '');
    return (text === '' ? undefined : isJson ? JSON.parse(text) : text) as AnswerOf<K>;
  }

  /** Every page of a list, as the operation answers with it. @throws PontageProblem when one of them was refused */
  async *pages<K extends ListName>(operation: K, ...given: ArgumentsOf<K>): AsyncGenerator<AnswerOf<K>> {
    const [input = {}, extras] = given as [AnyInput?, RequestExtras?];
    const call = this.call.bind(this) as unknown as (
      name: K,
      input: AnyInput,
      extras?: RequestExtras,
    ) => Promise<AnswerOf<K> & { readonly nextCursor: string | null }>;
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { limit: pageSize, ...input.query, ...(cursor === undefined ? {} : { cursor }) };
      const page = await call(operation, { ...input, query }, extras);
      yield page;
      cursor = page.nextCursor;
    }
  }

  /** Every element of a list, page after page. @throws PontageProblem when a page was refused */
  async *all<K extends ListName>(operation: K, ...given: ArgumentsOf<K>): AsyncGenerator<ElementOf<K>> {
    for await (const page of this.pages(operation, ...given)) yield* page.data as readonly ElementOf<K>[];
  }

  /** Sends what no operation describes, as `/proxy` does, and returns the answer as it is, whatever its status. */
  async request(
    method: string,
    path: string,
    { body, headers = {}, requestId, signal }: RawRequest = {},
  ): Promise<Response> {
    try {
      return await fetch(new URL(path, this.url), {
        method,
        redirect: 'manual',
        headers: {
          ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      if (signal?.aborted === true) throw cause;
      throw new Error(unreachableText(this.url), { cause });
    }
  }
}

const unreachableText = (url: string): string =>
  URL.canParse(url)
    ? `${url} cannot be reached: is Pontage running there?`
    : `"${url}" is not a URL: the gateway's is like http://127.0.0.1:7400`;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const textsOf = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, textOf(value)]])),
  );
