// A provider that tests start is no production's: what it warns of there would hide what else is said.
for (const level of ['warn', 'info']) {
  const say = console[level];
  console[level] = (...said) => {
    if (!/oidc-provider (WARNING|NOTICE)/.test(String(said[0]))) say.apply(console, said);
  };
}
