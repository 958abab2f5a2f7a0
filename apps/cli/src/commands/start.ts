import { PontageClient } from '@pontage/client';
import { seedDemo } from '../demo/seed-demo.js';
import { Launcher } from '../launcher/launcher.js';
import { untilToldToStop } from '../launcher/told-to-stop.js';

/** Boots everything, says `pontage ready <base url>` on stdout, and stays until it is told to stop. */
export async function start(): Promise<void> {
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const launcher = new Launcher(process.env, report);
  const told = untilToldToStop();
  const begun = Date.now();

  const booted = boot(launcher, report);
  try {
    const running = await Promise.race([booted, told]);
    if (running !== undefined) {
      report(`started in ${((Date.now() - begun) / 1000).toFixed(1)} s; Ctrl-C drains and ends it`);
      process.stdout.write(`pontage ready ${running.baseUrl}\n`);
      await told;
    }
    report('draining …');
  } finally {
    booted.catch(() => undefined);
    await launcher.stop();
    // An open channel to whoever started this would keep the process alive.
    if (process.connected) process.disconnect();
  }
}

async function boot(launcher: Launcher, report: (line: string) => void) {
  const running = await launcher.start();
  const { folder } = launcher;
  report(`data, keys and logs: ${folder.path}`);
  if (process.env.PONTAGE_ADMIN_TOKEN === undefined) report(`admin token: in ${folder.adminToken}`);
  if (process.env.PONTAGE_ADMIN_PASSWORD === undefined)
    report(`first member: admin@localhost, password in ${folder.adminPassword}`);
  if (running.upstream !== undefined) {
    const admin = new PontageClient({ url: running.localUrl, token: running.adminToken });
    await seedDemo(admin, running.upstream, folder.demoToken);
    report(`demo token: in ${folder.demoToken}`);
  }
  return running;
}
