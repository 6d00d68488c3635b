import { z } from 'zod';
import { adherence, AdherenceEnvelope, adherenceRequest } from '../../src/datasets/adherence.js';
import { occupancy, occupancyRequest } from '../../src/datasets/occupancy.js';
import { schedules } from '../../src/datasets/schedules.js';
import type { ExportWindow } from '../../src/domain/exportWindow.js';
import { QueryAnswer, ResultsAnswer } from '../../src/genesys/auditCalls.js';
import { createGenesysClient } from '../../src/genesys/createGenesysClient.js';
import { TableAnswer } from '../../src/genesys/dataTableCalls.js';
import {
  ActivityCodesAnswer,
  AdherenceJobAnswer,
  BusinessUnitsAnswer,
  ManagementUnitsAnswer,
  OrganizationAnswer,
  UsersAnswer,
} from '../../src/genesys/decoders.js';
import { ANY_LOOPBACK_PORT } from '../../src/genesys/genesysClientConfig.js';
import {
  AvailableTopicsAnswer,
  ChannelAnswer,
  ChannelsAnswer,
  TopicsAnswer,
} from '../../src/genesys/notificationCalls.js';
import { CampaignAnswer } from '../../src/genesys/outboundCalls.js';
import { pageAnswer } from '../../src/genesys/page.js';
import { RealTimeAdherenceAnswer, UsersWithStatusAnswer } from '../../src/genesys/realTimeCalls.js';
import { BusinessUnitAnswer, SchedulesAnswer } from '../../src/genesys/scheduleCalls.js';
import { SearchAnswer } from '../../src/genesys/scheduleSearchCalls.js';
import { OutboundRouteAnswer, SiteAnswer, TrunkAnswer, TrunkBaseAnswer } from '../../src/genesys/telephonyAnswers.js';
import { ourLiveCalls } from './ourLiveCalls.js';
import { ourSyncCalls } from './ourSyncCalls.js';

/**
 * Makes every call of our client once, against the URL given, and prints how we read the answers.
 *
 * Arguments: URL, client id; the secret is in the environment as `OUTSIDE_SECRET`. Prints one JSON object:
 * `decoders` (JSON Schemas by the SDK's model), `documents` (DuckDB types of the elements of downloaded lists, by model), and
 * `asked` (what the calls were made about).
 */
const [url = '', clientId = ''] = process.argv.slice(2);
const clientSecret = process.env['OUTSIDE_SECRET'] ?? '';

const client = createGenesysClient({
  apiUrl: url,
  loginUrl: url,
  clientId,
  clientSecret,
  downloadHosts: [ANY_LOOPBACK_PORT],
});

await client.organization();
const [businessUnit] = (await client.businessUnits()).value;
const unit = (await client.managementUnits()).value.find((one) => one.timeZone === 'Europe/London');
if (!businessUnit || !unit) throw new RangeError('the organisation has no unit in London');
await client.activityCodes(businessUnit.id);
const users = (await client.managementUnitUsers(unit.id)).value.map((user) => user.id).slice(0, 3);

const window: ExportWindow = {
  dataset: 'adherence',
  managementUnitId: unit.id,
  businessUnitId: unit.businessUnitId,
  timeZone: unit.timeZone,
  from: '2024-03-27',
  to: '2024-04-03',
  startAt: '2024-03-27T00:00:00Z',
  endAt: '2024-04-02T23:00:00Z',
};
const job = await client.createAdherenceJob(adherenceRequest(window, { exceptions: true, actuals: false }));
await client.adherenceJob(job.jobId);
await client.usersAggregates(occupancyRequest({ ...window, dataset: 'occupancy' }, users));
const sync = await ourSyncCalls(client, {
  businessUnitId: businessUnit.id,
  managementUnitId: unit.id,
  startDate: window.startAt,
  endDate: window.endAt,
  userIds: users,
});
const live = await ourLiveCalls(client, unit.id, users);
await client.close();

const schemaOf = (decoder: z.ZodType): unknown => z.toJSONSchema(decoder, { io: 'input' });
console.log(
  JSON.stringify({
    decoders: {
      Organization: schemaOf(OrganizationAnswer),
      BusinessUnitListing: schemaOf(BusinessUnitsAnswer),
      ManagementUnitListing: schemaOf(ManagementUnitsAnswer),
      WfmUserEntityListing: schemaOf(UsersAnswer),
      BusinessUnitActivityCodeListing: schemaOf(ActivityCodesAnswer),
      WfmHistoricalAdherenceBulkResponse: schemaOf(AdherenceJobAnswer),
      WfmHistoricalAdherenceBulkResult: schemaOf(AdherenceEnvelope),
      BusinessUnitResponse: schemaOf(BusinessUnitAnswer),
      BuScheduleListing: schemaOf(SchedulesAnswer),
      BuAsyncAgentSchedulesSearchResponse: schemaOf(SearchAnswer),
      SiteEntityListing: schemaOf(pageAnswer(SiteAnswer)),
      OutboundRouteBaseEntityListing: schemaOf(pageAnswer(OutboundRouteAnswer)),
      TrunkEntityListing: schemaOf(pageAnswer(TrunkAnswer)),
      TrunkBaseEntityListing: schemaOf(pageAnswer(TrunkBaseAnswer)),
      DataTable: schemaOf(TableAnswer),
      CampaignEntityListing: schemaOf(pageAnswer(CampaignAnswer)),
      AuditQueryExecutionStatusResponse: schemaOf(QueryAnswer),
      AuditQueryExecutionResultsResponse: schemaOf(ResultsAnswer),
      Channel: schemaOf(ChannelAnswer),
      ChannelEntityListing: schemaOf(ChannelsAnswer),
      ChannelTopicEntityListing: schemaOf(TopicsAnswer),
      AvailableTopicEntityListing: schemaOf(AvailableTopicsAnswer),
      'list[UserScheduleAdherence]': schemaOf(RealTimeAdherenceAnswer),
      UserEntityListing: schemaOf(UsersWithStatusAnswer),
    },
    documents: {
      WfmHistoricalAdherenceBulkResult: { [adherence.load.sliceArray]: adherence.load.docType },
      UserAggregateQueryResponse: { [occupancy.load.sliceArray]: occupancy.load.docType },
      BuAgentSchedulesSearchResponse: { [schedules.load.sliceArray]: schedules.load.docType },
    },
    asked: { window, users, sync, live },
  }),
);
