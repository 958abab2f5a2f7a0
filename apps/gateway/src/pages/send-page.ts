import type { FastifyReply } from 'fastify';
import { assetPath, type AssetHome, type AssetName } from './assets.js';
import { html, type Html } from './html.js';

/** A page of ours: no inline script or style, nothing from elsewhere. */
export interface Page {
  /** Where its stylesheet and its script are. */
  readonly assets: AssetHome;
  readonly title: string;
  readonly body: Html;
  readonly script?: AssetName;
  /** Read by the page's script: `<meta name="pontage-…">`. */
  readonly facts?: Readonly<Record<string, string>>;
  /** The origins that may frame it; none by default. */
  readonly parents?: readonly string[];
}

/** Answers with a page. It is never cached, and says itself who may frame it. */
export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({
      'content-security-policy': policy(page.parents ?? []),
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'no-store',
    })
    .send(documentOf(page).text);
}

/** An origin as it may stand in a policy: nothing that would end the directive. */
const plainOrigin = /^https?:\/\/[^\s;,'"/]+$/;

function policy(parents: readonly string[]): string {
  const framers = parents.filter((each) => plainOrigin.test(each)).join(' ');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${framers === '' ? "'none'" : framers}`,
  ].join('; ');
}

function documentOf({ assets, title, body, script, facts = {} }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${Object.entries(facts).map(([name, value]) => html`<meta name="pontage-${name}" content="${value}" /> `)}
        <link rel="stylesheet" href="${assetPath(assets, 'page.css')}" />
        ${script === undefined ? undefined : html`<script src="${assetPath(assets, script)}" defer></script>`}
      </head>
      <body>
        ${body}
      </body>
    </html> `;
}
