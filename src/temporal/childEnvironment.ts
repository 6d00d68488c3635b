const SERVER = /^(PATH|HOME|USER|LOGNAME|LANG|LC_[A-Z]+|TZ|TMPDIR|TMP|TEMP|XDG_[A-Z_]+)$/;
const INSTALLER =
  /^((HTTPS?|ALL|NO|FTP)_PROXY|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|GO[A-Z0-9_]+|CGO_[A-Z_]+|CC|JAVA_HOME|JAVA_OPTS|JAVA_TOOL_OPTIONS|MAVEN_[A-Z_]+|M2_HOME)$/i;

/**
 * The part of our environment that a program we start may see.
 *
 * An allow list, because ours holds `GENESYS_*` and perhaps other people's secrets. `server` is what any program needs;
 * `installer` adds proxies, certificate stores and the settings of Go, Java and Maven.
 */
export function childEnvironment(env: NodeJS.ProcessEnv, purpose: 'server' | 'installer'): NodeJS.ProcessEnv {
  const allowed = Object.entries(env).filter(
    ([name]) => SERVER.test(name) || (purpose === 'installer' && INSTALLER.test(name)),
  );
  return Object.fromEntries(allowed);
}
