/** Settings with what differs in some environments. */
interface WithEnvironments {
  readonly environments: Readonly<Record<string, object>>;
}

/** True when the settings say something of an environment. */
export const hasEnvironment = ({ environments }: WithEnvironments, environment: string): boolean =>
  Object.hasOwn(environments, environment);

/** The settings as they are in one environment: what it has of its own stands for what all others have. */
export function settingsIn<S extends WithEnvironments>(settings: S, environment: string): S {
  if (!hasEnvironment(settings, environment)) return settings;
  return { ...settings, ...settings.environments[environment] };
}
