export { startStack, type Stack } from './stack/start-stack.js';
export { startPontage, type Pontage, type PontageProcess, type ProcessFile } from './pontage/start-pontage.js';
export { freePort } from '@pontage/backends';
export { makeTestFolder, removeTestFolder } from './folder/test-folder.js';
export { startFurther, type Further } from './pontage/start-further.js';
export { startWorker, type JoinedWorker } from './pontage/start-worker.js';
export { figure } from './figure.js';
export { openSignIn } from './oauth/open-sign-in.js';
export { OAuthProvider, type TokenRequest } from './oauth/oauth-provider.js';
