import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Finds the secrets that a file refers to, and tells all that is wrong with the references at once. */
export class SecretReferences {
  readonly faults: string[] = [];

  /** @param folder what paths in references are relative to */
  constructor(
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /**
   * What a secret field stands for: `env:NAME` and `file:path` are looked up (a file without the line break at its end), a
   * configuration variable and what `export` wrote for a secret stay. Anything else is a secret in clear, which has no place
   * in a file that is kept beside code.
   */
  resolve(value: unknown, where: string): unknown {
    if (isPlaceholder(value) || isVariable(value)) return value;
    const [, kind, name = ''] = (typeof value === 'string' && /^(env|file):(.+)$/.exec(value)) || [];
    if (kind === undefined) return this.fault(where, 'a secret is written as env:NAME or file:PATH, never in clear');
    if (kind === 'file') return this.read(name, where);
    return this.environment[name] ?? this.fault(where, `the environment has no ${name}`);
  }

  private read(path: string, where: string): unknown {
    try {
      return readFileSync(resolve(this.folder, path), 'utf8').replace(/\r?\n$/, '');
    } catch {
      return this.fault(where, `${path} cannot be read`);
    }
  }

  private fault(where: string, detail: string): undefined {
    this.faults.push(`${where}: ${detail}`);
  }
}

const isPlaceholder = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'set' in value && 'fingerprint' in value;

const isVariable = (value: unknown): boolean =>
  typeof value === 'string' && /^\{\{\s*config\.[A-Za-z_]\w*\s*\}\}$/.test(value);
