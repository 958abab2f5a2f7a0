export { FairShares, type Claim } from './fair-shares.js';
export { Admission, type Entrant, type Room } from './admission.js';
