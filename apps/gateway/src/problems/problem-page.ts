import { problemCatalogue } from '@pontage/problems';
import { html, type Html } from '../pages/html.js';
import type { Page } from '../pages/send-page.js';
import { problemTexts } from './problem-texts.generated.js';
import { statusOf } from './status-of.js';

/** What a problem means and who should do what: the target of its `type`. Undefined for a code that there is not. */
export function problemPage(slug: string): Page | undefined {
  const problem = problemCatalogue.get(slug);
  if (problem === undefined) return undefined;
  const text = problemTexts[slug] ?? '';
  return {
    assets: '/docs/assets',
    title: problem.title,
    body: html`<p><a href="/docs">Pontage API</a></p>
      <h1>${problem.title}</h1>
      <p><code>${slug}</code>, status ${statusOf[problem.kind]}</p>
      ${blocks(text)}`,
  };
}

/** Just the Markdown that those pages use: headings, paragraphs, lists, code in backticks. */
function blocks(markdown: string): Html[] {
  return markdown
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter((block) => block !== '' && !block.startsWith('# '))
    .map(block);
}

function block(text: string): Html {
  if (text.startsWith('## ')) return html`<h2>${inline(text.slice(3))}</h2> `;
  if (!text.startsWith('- ')) return html`<p>${inline(text)}</p> `;
  const items = text.split(/\n- /).map((item) => html`<li>${inline(item.replace(/^- /, ''))}</li>`);
  return html`<ul>
    ${items}
  </ul> `;
}

const inline = (text: string): Html[] =>
  text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`));
