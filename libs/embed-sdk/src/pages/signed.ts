import { fact } from '../app/page-facts.js';

/** The page that a window of its own ends at once somebody has signed in there: tells whoever opened it, and closes. */
const opener = fact('opener');
if (opener !== undefined) (globalThis.opener as Window | null)?.postMessage({ type: 'SIGNED_IN' }, opener);
globalThis.close();
