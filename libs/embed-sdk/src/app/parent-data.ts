import type { ParentWindowResult } from '../messages.js';
import { pageFacts } from './page-facts.js';
import { tellParent } from './tell-parent.js';

/** Asks the parent for a value of its `data`, and hears of it now and at each change. The returned function ends that. */
export function watchParentData(selector: string, onValue: (value: unknown) => void): () => void {
  const pageName = pageFacts().app;
  const id = crypto.randomUUID();
  const listener = (event: MessageEvent<ParentWindowResult | null>): void => {
    if (event.source !== parent || !pageFacts().parents.includes(event.origin)) return;
    const { data } = event;
    if (data?.type === 'PARENT_WINDOW_RESULT' && data.id === id && data.pageName === pageName) onValue(data.result);
  };
  addEventListener('message', listener);
  tellParent({ type: 'PARENT_WINDOW_QUERY', selector, pageName, id });
  return () => removeEventListener('message', listener);
}
