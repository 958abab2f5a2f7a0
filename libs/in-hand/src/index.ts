export { InHand } from './in-hand.js';
export { Numbered } from './numbered.js';
