import { createHash } from 'node:crypto';
import { notFound } from '@pontage/problems';
import type { FastifyInstance } from 'fastify';
import { describes, operation } from '../routes/operation.js';
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
  'signed.js': script(bundles.signed),
  'page.css': { type: 'text/css; charset=utf-8', text: stylesheet },
} as const satisfies Record<string, Asset>;

/** The name of a file that pages load. */
export type AssetName = keyof typeof assets;

/** Where pages find their files: with the documentation, with what is embedded, or with sign-ins. Each surface has its own. */
export type AssetHome = '/docs/assets' | '/embedded/assets' | '/auth/assets';

/** Files by the name that a page asks for. */
const byFile: ReadonlyMap<string, Asset> = new Map(
  Object.entries(assets).map(([name, asset]) => [fileOf(name, asset), asset]),
);

/** Where a page finds an asset. */
export const assetPath = (home: AssetHome, name: AssetName): string => `${home}/${fileOf(name, assets[name])}`;

/** Serves the files of pages; a name holds the content's hash, so a browser may keep them. */
export function serveAssets(fastify: FastifyInstance, home: AssetHome): void {
  const file = operation({
    id: 'showAsset',
    summary: 'Serves a file of our own pages.',
    access: 'anybody',
    media: ['text/javascript', 'text/css'],
    unlisted: true,
  });
  fastify.get(`${home}/:file`, { config: describes(file) }, (request, reply) => {
    const asset = byFile.get((request.params as { file: string }).file);
    if (asset === undefined) throw notFound({});
    return reply.type(asset.type).header('cache-control', 'public, max-age=31536000, immutable').send(asset.text);
  });
}

function fileOf(name: string, { text }: Asset): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return name.replace(/\./, `-${hash}.`);
}
