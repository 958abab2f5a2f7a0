// Compiles with tsc (types, and the metadata that Nest reads), then bundles each app's entries with esbuild: nine
// processes that each load a thousand small files would make every start seconds longer.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.mjs';
import { root } from './root.mjs';
import { node } from './run.mjs';
import { step } from './step.mjs';

const stamp = join(root, 'dist', 'build-stamp');
const projects = [
  ...['apps', 'libs', 'examples'].flatMap((kind) =>
    readdirSync(join(root, kind)).map((name) => join(root, kind, name)),
  ),
  // What is measured with is compiled as well: it runs as processes of its own.
  join(root, 'test', 'bench'),
];
const entryNames = ['main', 'migrate'];
/** Keeping names costs a call for each closure that is made, which those that make some for each request do without. */
const withoutNames = ['gateway', 'query-proxy', 'egress-worker'].map((name) => join(root, 'apps', name));

/** Builds what changed; a start with nothing changed spends some milliseconds here. */
export async function build() {
  const key = keyOf(sources());
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key && entries().every(({ bundle }) => existsSync(bundle)))
    return;
  await step('Compiling', compile);
  await step('Bundling', () => bundleAll(entries()));
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
}

async function compile() {
  const code = await node([join('node_modules', 'typescript', 'bin', 'tsc'), '-b'], { stdio: ['ignore', 2, 2] });
  if (code !== 0) throw new Error('the sources do not compile');
}

/** Every entry of every app: its source, what tsc makes of it, what runs. */
export const entries = () =>
  projects.flatMap((project) =>
    entryNames
      .map((name) => ({
        source: join(project, 'src', `${name}.ts`),
        compiled: join(project, 'dist', `${name}.js`),
        bundle: join(project, 'dist', 'bundle', `${name}.mjs`),
      }))
      .filter(({ source }) => existsSync(source)),
  );

export async function bundleAll(all) {
  const { build: bundle } = await import('esbuild');
  await Promise.all(
    all.filter(isStale).map(async ({ compiled, bundle: finished }) => {
      // A process that starts meanwhile finds the old bundle or the new one, never half of it.
      const outfile = `${finished}.${process.pid}.new`;
      const { metafile } = await bundle({
        entryPoints: [compiled],
        outfile,
        absWorkingDir: root,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
        // TypeORM tells its errors apart by the names of their classes.
        keepNames: !withoutNames.some((project) => finished.startsWith(project)),
        legalComments: 'none',
        logLevel: 'error',
        metafile: true,
        // What holds a binary of its own stays where it is.
        external: ['@node-rs/argon2', ...optionalPackages()],
        // Packages in CommonJS call `require` for Node's own modules, and for drivers that are not there.
        banner: {
          js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
        },
      });
      renameSync(outfile, finished);
      // How it is bundled is said here, so this file is part of what a bundle is made of.
      const inputs = [fileURLToPath(import.meta.url), ...Object.keys(metafile.inputs).map((file) => join(root, file))];
      writeFileSync(`${finished}.inputs`, [keyOf(inputs), ...inputs].join('\n'));
    }),
  );
}

/** True when something that went into the bundle has changed since, or nobody knows what went into it. */
function isStale({ bundle }) {
  if (!existsSync(bundle) || !existsSync(`${bundle}.inputs`)) return true;
  const [key, ...inputs] = readFileSync(`${bundle}.inputs`, 'utf8').split('\n');
  return !inputs.every((file) => existsSync(file)) || keyOf(inputs) !== key;
}

/** Nest asks for drivers that nobody installed, and does without: these stay imports, which fail only when they are asked for. */
function optionalPackages() {
  const nest = join(root, 'node_modules', '@nestjs');
  const names = readdirSync(nest).flatMap((name) => {
    const { peerDependenciesMeta = {} } = JSON.parse(readFileSync(join(nest, name, 'package.json'), 'utf8'));
    return Object.keys(peerDependenciesMeta).filter((peer) => peerDependenciesMeta[peer].optional);
  });
  return [...new Set(names)].filter((name) => !existsSync(join(root, 'node_modules', name)));
}

/** Everything that the build reads. */
function sources() {
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json', 'scripts/build.mjs'].map((name) =>
    join(root, name),
  );
  for (const project of projects) {
    files.push(
      ...['package.json', 'tsconfig.json'].map((name) => join(project, name)).filter((file) => existsSync(file)),
    );
    files.push(...filesBelow(join(project, 'src')));
  }
  return files;
}

/** Names, sizes and times of files, as one text. */
function keyOf(files) {
  const hash = createHash('sha256').update(process.versions.node);
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function* filesBelow(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (!/\.spec\.ts$/.test(entry.name)) yield path;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await install();
  await build();
}
