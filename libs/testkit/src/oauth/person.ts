const longestWay = 20;

/** Somebody with a browser's cookies, but without its scripts, at a provider's own pages. */
export function personAt(origin: string) {
  const cookies = new Map<string, string>();

  async function visit(url: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const equals = pair.indexOf('=');
      cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
    return response;
  }

  return {
    /** Signs in and agrees, wherever that is asked. Returns the first URL that is not the provider's own. */
    async signIn(from: string, login: string): Promise<URL> {
      let url = new URL(from);
      let form: Record<string, string> | undefined;
      for (let step = 0; step < longestWay; step += 1) {
        if (url.origin !== origin) return url;
        const response: Response = await visit(url.href, form);
        form = undefined;
        const location = response.headers.get('location');
        if (location !== null) {
          url = new URL(location, url);
          continue;
        }
        const page = await response.text();
        const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
        if (action === undefined)
          throw new Error(`the provider shows ${response.status} and no form: ${page.slice(0, 500)}`);
        url = new URL(action, url);
        form = page.includes('name="login"') ? { prompt: 'login', login, password: 'any' } : { prompt: 'consent' };
      }
      throw new Error('the provider leads on and on');
    },
  };
}
