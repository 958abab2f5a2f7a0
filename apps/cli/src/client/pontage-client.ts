/** An answer that is a problem (RFC 9457): what the gateway refused, and why. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

interface SendOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The public HTTP API, as the CLI and the demo use it: nothing that any other caller could not do. */
export class PontageClient {
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.send('GET', path);
  }

  /** @throws Refusal when the answer is a problem */
  async send<T>(method: string, path: string, options: SendOptions = {}): Promise<T> {
    const answer = await this.ask(method, path, options);
    const text = await answer.text();
    if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
    throw refusalOf(answer.status, text);
  }

  /** The answer as it is, whatever its status. */
  async ask(method: string, path: string, { body, headers = {} }: SendOptions = {}): Promise<Response> {
    try {
      return await fetch(new URL(path, this.url), {
        method,
        redirect: 'manual',
        headers: {
          ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new Error(`${this.url} cannot be reached`, { cause });
    }
  }

  /** Every page of a list, one element after the other. */
  async *list<T>(path: string): AsyncGenerator<T> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const url = new URL(path, this.url);
      if (!url.searchParams.has('limit')) url.searchParams.set('limit', '200');
      if (cursor !== '') url.searchParams.set('cursor', cursor);
      const page: { data: T[]; nextCursor: string | null } = await this.get(url.pathname + url.search);
      yield* page.data;
      cursor = page.nextCursor;
    }
  }
}

function refusalOf(status: number, text: string): Refusal {
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    // Not ours, or not JSON: the status has to do.
  }
  const fields = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  const said = [problem.detail ?? problem.title ?? `HTTP ${status}`, ...fields].join('; ');
  return new Refusal(status, problem.code ?? String(status), said);
}
