import type { Problem } from '@pontage/problems';
import { html } from '../pages/html.js';
import type { Page } from '../pages/send-page.js';

/** What a link preview or a prefetch sees: nothing has been spent, and a person may still go on. */
export const lookPage = (parents: readonly string[]): Page => ({
  assets: '/embedded/assets',
  title: 'Open the app',
  body: html`<h1>This link opens an app once</h1>
    <p>It has not been used yet.</p>
    <form method="post"><button>Open the app</button></form>`,
  parents,
});

/** What a window of its own gets: the form posts itself. */
export const interstitialPage = (): Page => ({
  assets: '/embedded/assets',
  title: 'Opening the app',
  body: html`<h1>Opening the app</h1>
    <form method="post"><button>Open the app</button></form>`,
  script: 'interstitial.js',
});

/** Why there is no app to see; the page's script tells the parent, or sends on a browser that may pass. */
export const failurePage = (problem: Problem, more: { parents: readonly string[]; forward?: string }): Page => ({
  assets: '/embedded/assets',
  title: problem.definition.title,
  body: html`<h1>${problem.definition.title}</h1>
    <p>Go back to the page that you came from and open the app again from there.</p>
    ${more.forward === undefined ? undefined : html`<p><a href="${more.forward}">Continue to the app</a></p>`}`,
  script: 'failure.js',
  facts: {
    code: problem.slug,
    parents: more.parents.join(' '),
    ...(more.forward === undefined ? {} : { forward: more.forward }),
  },
  parents: more.parents,
});

/** The app itself, for as long as it brings no bundle of its own: who is there, and its saved queries by name. */
export const appPage = (app: { uuid: string; name: string }, parents: readonly string[]): Page => ({
  assets: '/embedded/assets',
  title: app.name,
  body: html`<header>
      <h1>${app.name}</h1>
      <span id="user"></span>
    </header>
    <div id="sign-ins"></div>
    <form id="run">
      <label>Saved query <input id="query" required autocomplete="off" placeholder="orders.list" /></label>
      <label>Parameters <textarea id="params" spellcheck="false">{}</textarea></label>
      <button>Run</button>
    </form>
    <pre id="result" aria-live="polite"></pre>`,
  script: 'host.js',
  facts: { app: app.uuid, parents: parents.join(' ') },
  parents,
});
