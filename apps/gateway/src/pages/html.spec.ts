import { describe, expect, it } from '@jest/globals';
import { html } from './html.js';

describe('html', () => {
  it('escapes values and keeps markup', () => {
    const items = ['<a>', `"'&`].map((each) => html`<li title="${each}">${each}</li>`);
    const { text } = html`${items}${undefined}${5}`;
    expect(text).toBe('<li title="&lt;a&gt;">&lt;a&gt;</li><li title="&quot;&#39;&amp;">&quot;&#39;&amp;</li>5');
  });
});
