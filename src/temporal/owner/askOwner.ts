import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import type { CountedDay, CoveredDay, JudgedUnit } from '../../domain/coverage/coverageFacts.js';
import { Failure, FAILURE_NAMES, type FailureName } from '../../domain/failure.js';
import type { WarehouseReader } from '../../warehouse/warehouseReader.js';
import { END_OF_ANSWER, ownerSocket, QUESTIONS } from './ownerSocket.js';

/** How long an owner may say nothing, while it counts rows. */
const SILENT_MS = 120_000;

/** What the owner says; or that nobody answers for the file. */
class NobodyAnswers extends Error {}

/** Whether nobody answered: then the file is free, or held by a program that is not ours. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof NobodyAnswers;
}

/**
 * An embedded warehouse as the process reads it that has its file.
 *
 * Every call throws what `isUnanswered` tells where no process answers; Failure as of the warehouse itself; Failure `Blocked` where the
 * owner went away in the midst of an answer.
 *
 * @param warehousePath the database file.
 */
export function askOwner(warehousePath: string): WarehouseReader {
  return {
    coveredDays: async (countedFrom) => {
      const [days, counted, units]: [CoveredDay[], CountedDay[], JudgedUnit[]] = [[], [], []];
      await ask(warehousePath, QUESTIONS.coveredDays, { countedFrom }, (row) => {
        const { day, count, unit } = row as { day?: CoveredDay; count?: CountedDay; unit?: JudgedUnit };
        if (day) days.push(day);
        if (count) counted.push(count);
        if (unit) units.push(unit);
      });
      return { days, counted, countedFrom, units };
    },
    query: async (sql, values = []) => {
      const rows: Record<string, unknown>[] = [];
      await ask(warehousePath, QUESTIONS.query, { sql, values }, (row) => {
        rows.push(row as Record<string, unknown>);
      });
      return rows;
    },
  };
}

async function ask(
  warehousePath: string,
  question: string,
  asked: object,
  take: (row: unknown) => void,
): Promise<void> {
  const answer = await answerTo(warehousePath, question, asked);
  if (answer.statusCode !== 200) throw refusal(await json(answer));
  let isWhole = false;
  try {
    for await (const line of createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line === END_OF_ANSWER) isWhole = true;
      else take(JSON.parse(line));
    }
  } catch {
    // What was cut off has no end.
  }
  if (!isWhole)
    throw new Failure(
      'Blocked',
      `the process that has the warehouse ${warehousePath} went away while it answered; nothing was changed: try again`,
    );
}

async function answerTo(warehousePath: string, question: string, asked: object): Promise<IncomingMessage> {
  const socketPath = ownerSocket(warehousePath);
  if (socketPath === null) throw new NobodyAnswers();
  const request = httpRequest({ socketPath, path: question, method: 'POST', timeout: SILENT_MS });
  request.on('timeout', () => request.destroy());
  request.end(JSON.stringify(asked));
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  } catch (error) {
    throw new NobodyAnswers(String(error), { cause: error });
  }
}

function refusal(said: unknown): Error {
  const { name, message } = said as { name: FailureName | null; message: string };
  return name !== null && FAILURE_NAMES.includes(name) ? new Failure(name, message) : new Error(message);
}
