import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { Failure } from '../domain/failure.js';
import { LimitSettings } from '../simulator/limits/limitSettings.js';
import { SCENARIOS } from '../simulator/limits/scenarios.js';
import { LIMIT_EXAMPLE, simulatedLimit } from './simulatedLimitText.js';

/** Where the limits of `rosterline simulate` come from. */
export interface LimitSources {
  readonly scenario?: string;
  /** A file with a list of limits, JSON or YAML. */
  readonly limits?: string;
  /** Limits as text. */
  readonly limit?: readonly string[];
}

/**
 * The limits that were asked for: the scenario's, then the file's, then those written out.
 *
 * @throws Failure `InvalidInput` that names the scenario, the file and path in it, or the text, and why.
 */
export async function simulatedLimits({ scenario, limits, limit = [] }: LimitSources): Promise<LimitSettings[]> {
  return [
    ...scenarioLimits(scenario),
    ...(limits === undefined ? [] : await limitsIn(limits)),
    ...limit.map(limitWritten),
  ];
}

function scenarioLimits(name: string | undefined): LimitSettings[] {
  if (name === undefined) return [];
  const found = Object.entries(SCENARIOS).find(([known]) => known === name);
  if (!found) throw wrong(`there is no scenario ${name}; there are: ${Object.keys(SCENARIOS).join(', ')}`);
  return found[1].map((limit) => LimitSettings.parse(limit));
}

async function limitsIn(file: string): Promise<LimitSettings[]> {
  let list: unknown;
  try {
    list = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw wrong(`--limits ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  const parsed = z
    .array(LimitSettings, 'not a list: write [{"shape": "fixed", "calls": 50, "windowSeconds": 60}]')
    .safeParse(list);
  if (!parsed.success) throw wrong(`--limits ${file} is not right:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function limitWritten(text: string): LimitSettings {
  try {
    return LimitSettings.parse(simulatedLimit(text));
  } catch (error) {
    const why =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    throw wrong(`--limit "${text}" is not right:\n${why}\nfor example: --limit "${LIMIT_EXAMPLE}"`, error);
  }
}

function wrong(message: string, cause?: unknown): Failure {
  return new Failure('InvalidInput', message, {}, { cause });
}
