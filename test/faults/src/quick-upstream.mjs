// Answers at once and remembers nothing, but for `/slow`, which takes as many milliseconds as its one argument says. It prints its port, and
// ends when nobody holds its input any more.
import { createServer } from 'node:http';

const slowMs = Number(process.argv[2] ?? 0);
const server = createServer((request, response) => {
  request.resume();
  const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  if (request.url?.startsWith('/slow')) setTimeout(answer, slowMs);
  else answer();
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.resume().once('end', () => process.exit(0));
