import { createHash } from 'node:crypto';
import { bundles } from './bundles.generated.js';
import { stylesheet } from './stylesheet.js';

interface Asset {
  readonly type: string;
  readonly text: string;
}

const script = (text: string): Asset => ({ type: 'text/javascript; charset=utf-8', text });

/** The files that pages of ours load. */
const assets = {
  'host.js': script(bundles.host),
  'failure.js': script(bundles.failure),
  'interstitial.js': script(bundles.interstitial),
  'page.css': { type: 'text/css; charset=utf-8', text: stylesheet },
} as const satisfies Record<string, Asset>;

export type AssetName = keyof typeof assets;

const prefix = '/embedded/assets/';

/** Files by the name that a page asks for: it holds the content's hash, so it may be kept for ever. */
const byFile: ReadonlyMap<string, Asset> = new Map(Object.entries(assets).map(([name, asset]) => [fileOf(name, asset), asset]));

/** Where a page finds an asset. */
export const assetPath = (name: AssetName): string => prefix + fileOf(name, assets[name]);

/** The asset of a file name, if there is one. */
export const findAsset = (file: string): Asset | undefined => byFile.get(file);

function fileOf(name: string, { text }: Asset): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return name.replace(/\./, `-${hash}.`);
}
