export { classifyAddress, type AddressClass } from './address-class.js';
export { parseEgressAllow, type Allowance } from './allowance.js';
export { admit, destinationOf, type Destination, type EgressPolicy } from './egress-policy.js';
export { followRedirect, type CredentialPlaces, type Hop } from './redirect.js';
