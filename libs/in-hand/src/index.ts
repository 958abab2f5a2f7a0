export { InHand } from './in-hand.js';
