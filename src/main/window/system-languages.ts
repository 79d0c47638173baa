/** The languages of this user's system, the preferred first: POSIX locale variables (XBD 8.2), else what Intl was told. */
export function systemLanguages(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const listed = env.LANGUAGE?.split(':') ?? [];
  const single = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== '');
  return [...listed, ...(single === undefined ? [] : [single]), Intl.DateTimeFormat().resolvedOptions().locale];
}
