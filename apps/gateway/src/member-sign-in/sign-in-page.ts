import { html } from '../pages/html.js';
import type { Page } from '../pages/send-page.js';

/** What the page shows besides its form. */
export interface SignInFacts {
  readonly returnTo: string;
  /** Absent: the installation's first. */
  readonly organisation?: string;
  readonly email?: string;
  readonly failure?: string;
  /** What the identity provider is called; absent: there is none. */
  readonly provider?: string;
}

/** The page to sign in at. */
export function signInPage({ returnTo, organisation, email = '', failure, provider }: SignInFacts): Page {
  const asked = new URLSearchParams({ returnTo });
  return {
    assets: '/docs/assets',
    title: 'Sign in',
    body: html`<h1>Sign in to Pontage</h1>
      ${failure === undefined ? undefined : html`<p role="alert">${failure}</p>`}
      ${organisation === undefined ? undefined : html`<p>Organisation: ${organisation}</p>`}
      <form method="post" action="/login">
        <label>E-mail <input name="email" type="email" autocomplete="username" value="${email}" required /></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
        <input type="hidden" name="returnTo" value="${returnTo}" />
        ${
          organisation === undefined
            ? undefined
            : html`<input type="hidden" name="organisation" value="${organisation}" />`
        }
        <button>Sign in</button>
      </form>
      ${
        provider === undefined
          ? undefined
          : html`<p><a href="/login/oidc?${asked.toString()}">Sign in with ${provider}</a></p>`
      }`,
  };
}

/** What a member sees who is signed in already. */
export const signedInPage = (email: string): Page => ({
  assets: '/docs/assets',
  title: 'Signed in',
  body: html`<h1>Signed in</h1>
    <p>You are signed in as ${email}.</p>
    <form method="post" action="/logout"><button>Sign out</button></form>`,
});
