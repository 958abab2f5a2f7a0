/** A sign-in as somebody has it who has opened its URL: with the cookie that it was given, and without a browser. */
export interface OpenedSignIn {
  /** Where it leads at the provider. */
  readonly location: string;
  /** The Cookie header of whoever opened it. */
  readonly cookie: string;
  /** Comes back with a callback; with another cookie where that is given. */
  comesBack(callback: URL, cookie?: string): Promise<Response>;
}

/** Opens the URL of a sign-in without a page in between, as the first browser. */
export async function openSignIn(url: string): Promise<OpenedSignIn> {
  const opened = await fetch(url, { redirect: 'manual' });
  const own = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
  return {
    location: opened.headers.get('location') ?? '',
    cookie: own,
    comesBack: (callback, cookie = own) => fetch(callback, { redirect: 'manual', headers: { cookie } }),
  };
}
