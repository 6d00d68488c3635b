import { type Command, InvalidArgumentError, Option } from 'commander';
import { loadConfig } from '../config/loadConfig.js';
import { sinceMonth } from '../publish/sinceMonth.js';
import { publishedTables } from '../warehouse/publishedTables.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';

interface PublishOptions {
  to: string;
  tables?: string[];
  since?: string;
  full?: boolean;
  names?: boolean;
  json?: boolean;
}

/** `rosterline publish`: the warehouse's tables as Parquet files, for everyone else. */
export function addPublishCommand(program: Command): void {
  program
    .command('publish')
    .description('write the warehouse as Parquet files by month, with a manifest; only what changed is written')
    .requiredOption('--to <place>', 'a directory of its own, or s3://bucket/prefix?endpoint=…&region=…')
    .option('--tables <names...>', 'only these tables; others stay as they are published', tableName)
    .option('--since <when>', 'only months from this one on (2025-03, 2025-03-14, 90d, 6mo); others stay', since)
    .addOption(
      new Option('--full', 'write everything anew, also over what another warehouse published there').conflicts(
        'since',
      ),
    )
    .option('--names', "with agents' names, which are personal data and otherwise left out")
    .option('--json', 'the outcome as JSON')
    .action(async (options: PublishOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        const { describePublish, publishHere } = await import('./publishHere.js');
        const request = {
          tables: options.tables ?? null,
          since: options.since ?? null,
          full: options.full ?? false,
          names: options.names ?? false,
        };
        const report = await publishHere(config, options.to, request);
        for (const line of describePublish(report)) output.say(line);
        output.result(report);
        return EXIT.done;
      });
    });
}

function tableName(name: string, before: string[] | undefined): string[] {
  const known = publishedTables({ names: false }).map(({ table }) => table);
  const named = name.split(',');
  const unknown = named.find((one) => !known.includes(one));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no table ${unknown}; there are ${known.join(', ')}.`);
  return [...(before ?? []), ...named];
}

function since(text: string): string {
  const month = sinceMonth(text, new Date().toISOString());
  if (month === null) throw new InvalidArgumentError('Write it as 2025-03, 2025-03-14, 90d, 12w, 6mo or 2y.');
  return month;
}
