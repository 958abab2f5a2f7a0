import { thisProcess, type LiveSecrets } from './live-secrets.js';

/** A password of a developer's machine may be an ordinary word, which would be masked in every line. */
const shortestOwn = 12;

/**
 * Notes what this process logs in with, as its environment names it: passwords, keys, and the passwords in URLs. They are
 * masked in logs, and are no organisation's.
 */
export function noteOwnSecrets(secrets: LiveSecrets, environment: Readonly<Record<string, string | undefined>>): void {
  const texts = Object.entries(environment).flatMap(([name, value = '']) => {
    if (!name.startsWith('PONTAGE_')) return [];
    if (/(?:PASSWORD|TOKEN|SECRET)$/.test(name)) return [value];
    // `id:base64` each, separated by commas or lines.
    if (name === 'PONTAGE_MASTER_KEY') return value.split(/[\n,]/).map((key) => key.slice(key.indexOf(':') + 1).trim());
    return name.endsWith('_URL') ? passwordsOf(value) : [];
  });
  secrets.note(
    thisProcess,
    texts.filter(({ length }) => length >= shortestOwn),
    Infinity,
  );
}

function passwordsOf(urls: string): string[] {
  return urls.split(',').flatMap((url) => {
    if (!URL.canParse(url)) return [];
    const { password } = new URL(url);
    return [password, safelyDecoded(password)];
  });
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
