import { createRequire } from 'node:module';
import type { History } from '../support/historyTexts.js';

/** A history in protobuf's JSON form: as `temporal workflow show -o json` prints it, and as it is kept. */
export interface HistoryJson {
  readonly events: readonly object[];
}

interface ProtoJson {
  toJson(type: object, message: object): unknown;
  fromJson(type: object, json: unknown, options: { ignoreUnknownFields: boolean }): History | null;
}

/*
 * The SDK's own conversions (`historyToJSON`, and `Worker.runReplayHistory` given JSON) fail with "type must be a Type" where npm
 * installs several copies of protobufjs, as it does beside gRPC's older one: the converter of one copy does not know the types of
 * another. So the converter is taken from where the types have theirs.
 */
const ofClient = createRequire(createRequire(import.meta.url).resolve('@temporalio/client'));
const ofTypes = createRequire(ofClient.resolve('@temporalio/proto'));
const protoJson = ofTypes('protobufjs/ext/protojson') as ProtoJson;
const types = ofClient('@temporalio/proto') as { lookupType(name: string): { fromObject(object: object): object } };
const HistoryType = types.lookupType('temporal.api.history.v1.History');

/** In JSON. */
export function historyToJson(history: History): HistoryJson {
  return protoJson.toJson(HistoryType, HistoryType.fromObject(history)) as HistoryJson;
}

/** As the SDK has it. Fields of newer servers are ignored. */
export function historyFromJson(json: unknown): History {
  return protoJson.fromJson(HistoryType, json, { ignoreUnknownFields: true }) ?? {};
}
