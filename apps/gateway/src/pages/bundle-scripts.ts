import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const pagesDirectory = fileURLToPath(new URL('../../../../libs/embed-sdk/src/pages/', import.meta.url));

/** The scripts of our pages, bundled for browsers: the text of `bundles.generated.ts`. */
export async function bundleScripts(): Promise<string> {
  const names = ['failure', 'host', 'interstitial', 'signed'] as const;
  const texts = await Promise.all(
    names.map(async (name) => `  ${name}: ${JSON.stringify(await bundle(`${pagesDirectory}${name}.ts`))},\n`),
  );
  return `/** Made by \`npm run generate\` from libs/embed-sdk/src/pages. */\nexport const bundles = {\n${texts.join('')}} as const;\n`;
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: ['chrome114', 'firefox115', 'safari16.4'],
    minify: true,
    legalComments: 'none',
    tsconfigRaw: '{}',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`${entry} makes no bundle`);
  return output.text;
}
