// Asks over and over from many connections at once, whatever it is told: a process of its own, so that who measures meanwhile is
// not held up by it. Its one argument is JSON: { url, path, token, connections, seconds }; what it prints is, too.
import { Pool } from 'undici';

const { url, path, token, connections, seconds } = JSON.parse(process.argv[2] ?? '{}');
const pool = new Pool(url, { connections, pipelining: 1 });
const endsAt = performance.now() + seconds * 1_000;
const body = JSON.stringify({ method: 'GET', path: '/' });
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const statuses = {};
const servedMs = [];
let bareRefusals = 0;

async function ask() {
  const begunAt = performance.now();
  try {
    const { statusCode, headers: answered, body: answer } = await pool.request({ method: 'POST', path, headers, body });
    await answer.dump();
    if (statusCode === 200) servedMs.push(performance.now() - begunAt);
    else if (answered['retry-after'] === undefined) bareRefusals += 1;
    return statusCode;
  } catch {
    return 'cut off';
  }
}

async function keepAsking() {
  while (performance.now() < endsAt) {
    const status = await ask();
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
}

await Promise.all(Array.from({ length: connections }, keepAsking));
await pool.destroy();
servedMs.sort((less, more) => less - more);
process.stdout.write(JSON.stringify({ statuses, bareRefusals, servedP50Ms: servedMs[servedMs.length >> 1] ?? 0 }));
