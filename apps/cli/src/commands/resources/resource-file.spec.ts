import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PontageClient } from '@pontage/client';
import { readResourceFiles } from './resource-file.js';

const folder = mkdtempSync(join(tmpdir(), 'pontage-files-'));
let gateway: Server;
let client: PontageClient;

beforeAll(async () => {
  gateway = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: [] }));
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  client = new PontageClient({ url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}` });
});
afterAll(() => {
  gateway.closeAllConnections();
  gateway.close();
  rmSync(folder, { recursive: true });
});

let files = 0;
function fileOf(text: string): string {
  const file = join(folder, `${(files += 1)}.yaml`);
  writeFileSync(file, text);
  return file;
}
const one = (name: string): string => `resources:\n  - name: ${name}\n    baseUrl: https://a.example\n`;

describe('resource files', () => {
  it('are read one after the other, with the line ends of any system, as YAML or JSON', async () => {
    const given = [one('a').replaceAll('\n', '\r\n'), '{ "resources": [{ "name": "b" }] }', 'resources: []'].map(
      fileOf,
    );
    const read = await readResourceFiles(client, given);
    expect(read.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    ['nothing', '', /a file has "resources:", a list of them, and nothing else$/],
    ['a list', '- name: a\n', /a file has "resources:"/],
    ['a list that is empty by mistake', 'resources:\n', /a file has "resources:"/],
    ['more than resources', 'resources: []\nversion: 1\n', /a file has "resources:"/],
    ['broken YAML', 'resources:\n  - name: a\n   baseUrl: [\n', /it is not YAML: .*line 3/s],
    ['a key twice', 'resources:\n  - name: a\n    name: b\n', /it is not YAML: Map keys must be unique/],
    ['an alias of nothing', 'resources: [*a]\n', /it is not YAML: Unresolved alias/],
    ['several documents', 'resources: []\n---\nresources: []\n', /it holds several YAML documents/],
    ['a name twice', `${one('a')}  - name: a\n`, /a is in it already$/],
  ])('are refused with %s, by their names', async (_, text, fault) => {
    const file = fileOf(text);
    await expect(readResourceFiles(client, [file])).rejects.toThrow(fault);
    await expect(readResourceFiles(client, [file])).rejects.toThrow(`${file}: `);
  });

  it('are refused when they are not there, are folders, or have the same resource', async () => {
    mkdirSync(join(folder, 'sub'));
    await expect(readResourceFiles(client, [join(folder, 'no')])).rejects.toThrow(/no: there is no such file$/);
    await expect(readResourceFiles(client, [join(folder, 'sub')])).rejects.toThrow(/sub: it is a folder/);
    const [first, second] = [fileOf(one('same')), fileOf(one('same'))];
    const refused = readResourceFiles(client, [first, second]);
    await expect(refused).rejects.toThrow(`${second}: same is in ${first} already`);
  });
});
