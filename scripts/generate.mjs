// Writes the committed files that are computed from the sources: what the bus allows whom, and the documents of our
// interfaces. Without it they would drift from the code; `npm run check` compares them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { busDocument } from './documents/bus-document.mjs';
import { clientTypes } from './documents/client-types.mjs';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';

const gateway = 'apps/gateway/dist/generated.js';
const load = (path) => import(pathToFileURL(join(root, path)));

/** The file, and how its text comes about. */
const generated = {
  'deploy/nats/users.conf': async () => {
    const { natsUsersConfig, standardRegions } = await load('libs/backends/dist/index.js');
    return `# Generated from libs/contracts by \`npm run generate\`. Passwords come from the environment.\n${natsUsersConfig(standardRegions)}`;
  },
  'deploy/nats/leaf-users.conf': async () => {
    const { natsLeafUsersConfig } = await load('libs/backends/dist/index.js');
    return `# Generated from libs/contracts by \`npm run generate\`, for the server of eu-central-1. The password comes from the environment.\n${natsLeafUsersConfig('eu-central-1')}`;
  },
  'api/bus.asyncapi.json': async () => {
    const parts = ['index.js', 'events/index.js', 'snapshots/index.js'].map((file) =>
      load(`libs/contracts/dist/${file}`),
    );
    const [{ contracts }, { eventActions, eventSubject, auditDraft }, { buckets }] = await Promise.all(parts);
    return `${JSON.stringify(busDocument({ contracts, eventActions, eventSubject, auditDraft, buckets }), null, 2)}\n`;
  },
  'api/gateway.openapi.json': async () => (await load(gateway)).openApiText(),
  'libs/client/src/api.generated.ts': async () => {
    const { format, resolveConfig } = await import('prettier');
    const text = clientTypes(JSON.parse(await (await load(gateway)).openApiText()));
    return format(text, { ...(await resolveConfig(join(root, 'package.json'))), parser: 'typescript' });
  },
  'apps/gateway/src/pages/bundles.generated.ts': async () => (await load(gateway)).bundlesText(),
  'apps/gateway/src/problems/problem-texts.generated.ts': async () =>
    (await load(gateway)).problemTextsText(join(root, 'docs', 'problems')),
};

/** Returns the files whose text differed, after writing them if told to. */
export async function generate({ write }) {
  const differing = [];
  for (const [file, textOf] of Object.entries(generated)) {
    const path = join(root, file);
    const text = await textOf();
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    differing.push(file);
    if (!write) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return differing;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await prepare();
  for (const file of await generate({ write: true })) process.stdout.write(`wrote ${file}\n`);
}
