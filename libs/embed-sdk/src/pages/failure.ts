import { fact } from '../app/page-facts.js';
import { tellParent } from '../app/tell-parent.js';

/** The page of an embed URL or session that does not work: sends a browser on that holds the session, or tells the parent. */
const forward = fact('forward');
if (forward === undefined) tellParent({ type: 'EMBED_ERROR', code: fact('code') ?? 'internal' });
else location.replace(forward);
