import type { Config } from '../../config/loadConfig.js';
import type { StoredRound } from '../../custody/roundSeals.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { labelled } from '../screenText.js';
import { textTable } from '../textTable.js';
import { sealedRounds } from './sealedRounds.js';
import { instant } from './statusText.js';

/** Lists the last rounds that decided something new. */
export async function showHistory(config: Config, last: number, output: Output): Promise<ExitCode> {
  const rounds: StoredRound[] = [];
  for await (const round of sealedRounds(config)) {
    rounds.push(round);
    if (rounds.length === last) break;
  }
  for (const line of historyText(rounds)) output.say(line);
  output.result({ rounds: rounds.map(({ path, seal }) => ({ path, ...seal })) });
  return EXIT.done;
}

/** Rounds for people, the newest first: one line each, and under it what was done and why. */
function historyText(rounds: readonly StoredRound[]): string[] {
  if (rounds.length === 0) return ['no round is sealed yet: a round is sealed when it decides something new'];
  const head = textTable(
    ['round', 'ended', 'because of', 'written', 'held', 'mode'],
    rounds.map(({ seal }) => [
      String(seal.round),
      instant(seal.endedAt),
      causesText(seal.causes),
      seal.writes.filter(({ outcome }) => outcome === 'written').length,
      seal.heldWrites.length,
      seal.enabled ? 'writes' : 'observes',
    ]),
  );
  return [
    ...head,
    '',
    ...rounds.flatMap(({ seal }) =>
      seal.writes
        .filter(({ kind, outcome }) => kind === 'route' || outcome === 'failed')
        .flatMap(({ kind, id, outcome, why, problem }) => {
          const name = seal.routes.find(({ outboundRoute }) => outboundRoute === id)?.name ?? id;
          const ended = outcome === 'written' ? '' : ` (${outcome}${problem ? `: ${problem}` : ''})`;
          return labelled(String(seal.round), `${kind} ${name}: ${why}${ended}`);
        }),
    ),
    "'rosterline sync explain TRUNK|ROUTE --at TIME' says more of one; --json has all of it",
  ];
}

/** `2 schedule changes, timer`. */
function causesText(causes: Readonly<Record<string, number>>): string {
  return Object.entries(causes)
    .map(([cause, many]) => (many > 1 ? `${many} × ${cause}` : cause))
    .join(', ');
}
