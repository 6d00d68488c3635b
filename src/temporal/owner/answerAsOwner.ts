import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { isFailure } from '../../domain/failure.js';
import type { Logger } from '../../telemetry/createLog.js';
import type { CoveredDays } from '../../warehouse/coveredDays.js';
import type { WarehouseReader } from '../../warehouse/warehouseReader.js';
import { END_OF_ANSWER, ownerSocket, QUESTIONS } from './ownerSocket.js';

/** An owner that answers, until it is closed. */
export interface AnsweringOwner {
  close(): Promise<void>;
}

const CoveredDaysQuestion = z.object({ countedFrom: z.iso.date().nullable() });
const QueryQuestion = z.object({ sql: z.string(), values: z.array(z.union([z.string(), z.number()])) });

/**
 * Answers what commands of this user ask of an embedded warehouse while this process has its file: loads go on beside it.
 *
 * A process that cannot offer it says so in its log, and works all the same.
 *
 * @param warehousePath the database file.
 */
export async function answerAsOwner(
  warehousePath: string,
  warehouse: WarehouseReader,
  log: Logger,
): Promise<AnsweringOwner> {
  const socket = ownerSocket(warehousePath);
  const server = createServer((request, response) => void answer(warehouse, request, response));
  // Questions never keep a process that has ended its work.
  server.unref();
  try {
    if (socket === null) throw new Error('its path is too long for a socket');
    await listenAlone(server, socket);
    chmodSync(socket, 0o600);
  } catch (error) {
    log.warn({}, `commands will wait for the warehouse while this process loads: ${String(error)}`);
  }
  return {
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A socket that nobody answers on was left by a process that was killed. */
async function listenAlone(server: Server, socket: string): Promise<void> {
  if (await isAnswered(socket)) throw new Error('another process answers for it');
  rmSync(socket, { force: true });
  server.listen(socket);
  await once(server, 'listening');
}

async function isAnswered(socket: string): Promise<boolean> {
  const connection = connect(socket);
  try {
    await once(connection, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    connection.destroy();
  }
}

async function answer(warehouse: WarehouseReader, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const rows = await rowsFor(warehouse, request.url ?? '', await json(request));
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    await pipeline(Readable.from(linesOf(rows)), response);
  } catch (error) {
    // Who asked has gone, or sees an answer without its end.
    if (response.headersSent) return void response.destroy();
    const said = error instanceof Error ? error.message : String(error);
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ name: isFailure(error) ? error.name : null, message: said }));
  }
}

function* linesOf(rows: Iterable<unknown>): Iterable<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
  yield `${END_OF_ANSWER}\n`;
}

function* taggedRows({ days, counted, units }: CoveredDays): Iterable<unknown> {
  for (const day of days) yield { day };
  for (const count of counted) yield { count };
  for (const unit of units) yield { unit };
}

async function rowsFor(warehouse: WarehouseReader, question: string, asked: unknown): Promise<Iterable<unknown>> {
  switch (question) {
    case QUESTIONS.coveredDays:
      return taggedRows(await warehouse.coveredDays(CoveredDaysQuestion.parse(asked).countedFrom));
    case QUESTIONS.query: {
      const { sql, values } = QueryQuestion.parse(asked);
      return await warehouse.query(sql, values);
    }
    default:
      throw new Error(`no such question: ${question}`);
  }
}
