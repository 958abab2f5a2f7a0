import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { caFile } from './http/certificates.js';
import { startVerifyingApis } from './verifying-apis.js';

const file = process.env.VERIFYING_ACCOUNTS_FILE;
if (file === undefined || file === '') throw new Error('VERIFYING_ACCOUNTS_FILE is missing');

const secret = (): string => randomBytes(18).toString('base64url');
const apis = await startVerifyingApis({
  fixed: {
    bearer: secret(),
    basic: { username: 'j\u00f6rg', password: `p\u00e4ss ${secret()}` },
    apiKey: { name: 'X-Api-Key', value: secret() },
    sessionCookie: { name: 'sid', value: secret() },
  },
  digest: { username: 'mufasa', password: secret() },
});
// Whoever started us finds here what the owner of the accounts would know.
writeFileSync(file, JSON.stringify({ ca: caFile, listening: apis.listening, accounts: apis.accounts }), {
  mode: 0o600,
});

const stop = (): void => void apis.stop().then(() => process.exit(0));
process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
process.send?.({ ready: true, health: `http://${apis.listening[0]}` });
