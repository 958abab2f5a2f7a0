import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { buildGateway } from './gateway.js';
import { openApiDocument } from './openapi/openapi-document.js';
import { bundleScripts } from './pages/bundle-scripts.js';
import { unconnectedFoundations } from './unconnected-foundations.js';

/** The text of `api/gateway.openapi.json`, from the routes of a gateway that never listens. */
export async function openApiText(): Promise<string> {
  const { application, catalogue } = await buildGateway(
    { PONTAGE_SURFACE: 'all', PONTAGE_TRUSTED_PROXIES: [] },
    unconnectedFoundations(),
  );
  const text = `${JSON.stringify(openApiDocument(catalogue.routes), null, 2)}\n`;
  await application.close();
  return text;
}

/** The scripts of our pages, bundled for browsers: the text of `pages/bundles.generated.ts`. */
export const bundlesText = async (): Promise<string> => formatted(await bundleScripts());

/** What `docs/problems` says, as `problems/problem-texts.generated.ts` holds it for `/problems/{code}`. */
export async function problemTextsText(docsDirectory: string): Promise<string> {
  const files = readdirSync(docsDirectory)
    .filter((file) => file.endsWith('.md'))
    .sort();
  const entries = files.map(
    (file) =>
      `  ${JSON.stringify(file.slice(0, -3))}: ${JSON.stringify(readFileSync(join(docsDirectory, file), 'utf8'))},\n`,
  );
  return formatted(
    `/** Made by \`npm run generate\` from docs/problems. */\nexport const problemTexts: Readonly<Record<string, string>> = {\n${entries.join('')}};\n`,
  );
}

const formatted = (text: string): Promise<string> =>
  format(text, { parser: 'typescript', singleQuote: true, printWidth: 120, trailingComma: 'all' });
