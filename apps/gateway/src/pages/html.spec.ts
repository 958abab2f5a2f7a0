import { describe, expect, it } from '@jest/globals';
import { html } from './html.js';

describe('html', () => {
  it('escapes values and keeps markup', () => {
    const items = ['<a>', `"'&`].map((each) => html`<li title="${each}">${each}</li>`);
    expect(
      html`<ul>
          ${items}
        </ul>
        ${undefined}${5}`.text,
    ).toBe('<ul><li title="&lt;a&gt;">&lt;a&gt;</li><li title="&quot;&#39;&amp;">&quot;&#39;&amp;</li></ul>5');
  });
});
