import { html, type Html } from '../pages/html.js';
import type { Page } from '../pages/send-page.js';
import type { OpenApiDocument, OpenApiOperation } from './openapi-document.js';

/** The document for people: one page without scripts, readable offline. */
export function docsPage(document: OpenApiDocument): Page {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))].sort();
  return {
    assets: '/docs/assets',
    title: 'Pontage API',
    body: html`<header>
        <h1>Pontage API</h1>
        <a href="/api/openapi.json">openapi.json</a>
      </header>
      <p>
        Send <code>Authorization: Bearer &lt;token&gt;</code>. Errors are <code>application/problem+json</code>; their
        <code>type</code> explains them.
      </p>
      ${tags.map(
        (tag) =>
          html`<h2>${tag}</h2>
            ${operations.filter(({ operation }) => operation.tags.includes(tag)).map(section)}`,
      )}`,
  };
}

function section({ path, method, operation }: { path: string; method: string; operation: OpenApiOperation }): Html {
  const parts = {
    parameters: operation.parameters,
    requestBody: operation.requestBody,
    responses: operation.responses,
  };
  return html`<details id="${operation.operationId}">
    <summary>
      <span class="method">${method.toUpperCase()}</span> <code>${path}</code> <small>${operation.summary}</small>
    </summary>
    <p>${operation.description}</p>
    ${Object.entries(parts).map(([name, part]) =>
      isEmpty(part)
        ? html``
        : html`<h3>${name}</h3>
            <pre>${JSON.stringify(part, null, 2)}</pre>`,
    )}
  </details> `;
}

const isEmpty = (part: unknown): boolean => part === undefined || (Array.isArray(part) && part.length === 0);
