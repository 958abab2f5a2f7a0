import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OAuthProvider } from '@pontage/testkit';

/** How a token endpoint can go wrong: each repeats what it was sent. */
export type Failure = 'invalid_grant' | 'server_error' | 'garbage' | 'dies';

/** What is secret in what a provider hands out, and in what it is asked. */
export class WatchedTokens {
  readonly secrets = new Set<string>();
  /** What the token endpoint does from now on, in place of answering. */
  failure: Failure | undefined;

  constructor(private readonly provider: OAuthProvider) {
    provider.instead = (request, response) => this.answer(request, response);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = String((request as { body?: string }).body);
    for (const [name, value] of new URLSearchParams(asked))
      if (['code', 'code_verifier', 'refresh_token', 'token'].includes(name)) this.secrets.add(value);
    const said = `${asked} ${request.headers.authorization}`;
    const json = { 'content-type': 'application/json' };
    switch (this.failure) {
      case 'invalid_grant':
        return void response
          .writeHead(400, json)
          .end(JSON.stringify({ error: 'invalid_grant', error_description: said, error_uri: `https://x/?${asked}` }));
      case 'server_error':
        return void response.writeHead(500, { 'content-type': 'text/plain', 'x-said': asked }).end(said);
      case 'garbage':
        return void response.writeHead(200, json).end(`{"access_token": ${said}`);
      case 'dies':
        return void response
          .writeHead(200, { ...json, 'content-length': '9999' })
          .write(said, () => request.socket.destroy());
      case undefined:
    }
    const end = response.end.bind(response);
    response.end = ((...args: Parameters<typeof end>) => {
      this.note(String(args[0]));
      return end(...args);
    }) as typeof response.end;
    await this.provider.pass(request, response);
  }

  private note(answer: string): void {
    const found = JSON.parse(answer) as Record<string, unknown>;
    for (const name of ['access_token', 'refresh_token', 'id_token'])
      if (typeof found[name] === 'string') this.secrets.add(found[name]);
  }
}
