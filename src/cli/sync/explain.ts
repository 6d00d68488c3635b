import type { Config } from '../../config/loadConfig.js';
import { Failure } from '../../domain/failure.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { changesByHand, type HandChanges } from './changesByHand.js';
import { type Explained, explainedAt } from './explainedAt.js';
import { explainText } from './explainText.js';
import { sealedRounds } from './sealedRounds.js';
import { whenAsked } from './whenAsked.js';

/** Says why a trunk or a route was as it was at a time, from the seals, and who changed a route by hand. */
export async function explain(config: Config, name: string, at: string | undefined, output: Output): Promise<ExitCode> {
  const instant = whenAsked(at, Date.now());
  const explained = await explainedAt(sealedRounds(config, instant), name);
  if (explained.routes.length === 0) throw notFound(name, instant, explained);
  const byHand: HandChanges[] = [];
  for (const route of explained.routes)
    if (route.drift) byHand.push(await changesByHand(config, route.outboundRoute, route.drift.since));
  for (const line of explainText(instant, explained, byHand)) output.say(line);
  output.result({ at: instant, ...explained, byHand });
  return EXIT.done;
}

function notFound(name: string, instant: string, { known }: Explained): Failure {
  return new Failure(
    'InvalidInput',
    known.length === 0
      ? `no round was sealed at ${instant} or before: the sync had decided nothing yet`
      : `no sealed round up to ${instant} knows ${name}; the last one knows ${known.join(', ')}`,
  );
}
