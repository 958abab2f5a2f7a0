export { MasterKeys, type MasterKey } from './master-keys.js';
export {
  keyIdOf,
  openFields,
  rewrapFields,
  SealBroken,
  sealFields,
  type SealPlace,
  type SecretFields,
} from './envelope.js';
export { fingerprint } from './fingerprint.js';
