import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * Where downloaded and built servers are kept between runs, created when missing (mode 0700).
 *
 * `ROSTERLINE_CACHE`, else `$XDG_CACHE_HOME/rosterline`, else `~/.cache/rosterline`. A relative `XDG_CACHE_HOME` is
 * ignored, as the XDG base directory specification asks.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  const path = cachePath(env);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

function cachePath(env: NodeJS.ProcessEnv): string {
  if (env['ROSTERLINE_CACHE']) return resolve(env['ROSTERLINE_CACHE']);
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg && isAbsolute(xdg)) return join(xdg, 'rosterline');
  return join(homedir(), '.cache', 'rosterline');
}
