import { html } from '../pages/html.js';
import type { Page } from '../pages/send-page.js';

const assets = '/auth/assets';

/** What a preview or a prefetch sees. */
export const lookPage = (handle: string): Page => ({
  assets,
  title: 'Sign in',
  body: html`<h1>This link leads to a sign-in</h1>
    <p><a href="/auth/consent/${handle}">Continue</a></p>`,
});

/** Who will get what, before the person leaves. */
export const confirmPage = (
  { handle, confirmation }: { handle: string; confirmation: string },
  {
    resource,
    at,
    scopes,
    forWhom,
  }: { resource: string; at: string; scopes: readonly string[]; forWhom: string | null },
): Page => ({
  assets,
  title: `Sign in for ${resource}`,
  body: html`<h1>Sign in for ${resource}</h1>
    <p>
      You will be asked at <strong>${at}</strong> to let <strong>${resource}</strong> be used with your account there,
      ${forWhom === null ? 'by everybody who may use it here' : html`by <strong>${forWhom}</strong>`}.
    </p>
    ${
      scopes.length === 0
        ? undefined
        : html`<p>It asks for:</p>
            <ul>
              ${scopes.map((scope) => html`<li>${scope}</li>`)}
            </ul>`
    }
    <p>If you do not expect this, close the page: somebody else may have sent you here.</p>
    <p><a class="button" href="/auth/consent/${handle}?confirmed=${confirmation}">Continue to ${at}</a></p>`,
});

/** The person is back, and nothing waits for them but the window that they came from. */
export const donePage = (resource: string, opener: string): Page => ({
  assets,
  title: 'Signed in',
  body: html`<h1>You are signed in</h1>
    <p>${resource} can be used now. You may close this window.</p>`,
  script: 'signed.js',
  facts: { opener },
});

/** Why nobody is signed in. */
export const brokenPage = (detail: string, returnTo: string | null): Page => ({
  assets,
  title: 'Not signed in',
  body: html`<h1>You are not signed in</h1>
    <p>${detail}</p>
    ${
      returnTo === null
        ? html`<p>Go back to the page that you came from and start again from there.</p>`
        : html`<p><a href="${returnTo}">Go back</a></p>`
    }`,
});
