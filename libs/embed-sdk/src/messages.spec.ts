import { describe, expect, it } from '@jest/globals';
import { isAppMessage } from './messages.js';

describe('isAppMessage', () => {
  it('knows our own messages by type and shape', () => {
    expect(isAppMessage({ type: 'EMBED_ERROR', code: 'embed-url-redeemed' })).toBe(true);
    expect(isAppMessage({ type: 'SESSION_EXPIRED' })).toBe(true);
    expect(isAppMessage({ type: 'PARENT_WINDOW_QUERY', selector: 'isAdmin', pageName: 'p', id: '1' })).toBe(true);
  });

  it('takes anything else for data of the app', () => {
    for (const value of [
      'home',
      null,
      undefined,
      5,
      {},
      { type: 'EMBED_ERROR' },
      { type: 'PARENT_WINDOW_QUERY', selector: 1 },
      { type: 'intercom-snippet__ready' },
    ]) {
      expect(isAppMessage(value)).toBe(false);
    }
  });
});
