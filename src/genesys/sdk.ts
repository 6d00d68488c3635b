import platformClient from 'purecloud-platform-client-v2';

/** What the SDK asks its HTTP client for. */
export interface SdkRequest {
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly data?: unknown;
}

/** What the SDK expects back. */
export interface SdkResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
  readonly text: string;
}

/** The APIs of the SDK that we use, all behind one HTTP hook. */
export interface Sdk {
  readonly organization: InstanceType<typeof platformClient.OrganizationApi>;
  readonly workforceManagement: InstanceType<typeof platformClient.WorkforceManagementApi>;
  readonly analytics: InstanceType<typeof platformClient.AnalyticsApi>;
  readonly telephony: InstanceType<typeof platformClient.TelephonyProvidersEdgeApi>;
  readonly architect: InstanceType<typeof platformClient.ArchitectApi>;
  readonly outbound: InstanceType<typeof platformClient.OutboundApi>;
  readonly audit: InstanceType<typeof platformClient.AuditApi>;
  readonly notifications: InstanceType<typeof platformClient.NotificationsApi>;
  readonly users: InstanceType<typeof platformClient.UsersApi>;
}

/** The parts of the SDK that its types leave out. */
interface UntypedSdk {
  readonly AbstractHttpClient: new () => object;
}

interface SdkConfiguration {
  basePath: string;
  live_reload_config: boolean;
  setConfigPath(path: string): void;
  setGateway(gateway?: undefined): void;
  logger: { log: (...parts: unknown[]) => void };
}

type SdkApiClient = typeof platformClient.ApiClient;

/**
 * An own instance of the official SDK (its default one is shared by the whole process) that sends nothing by itself.
 *
 * It reads no configuration file, logs nothing and holds no token: the hook adds that, so that nothing of the SDK can show it.
 */
export function createSdk(apiUrl: string, hook: (request: SdkRequest) => Promise<SdkResponse>): Sdk {
  const shared = platformClient.ApiClient;
  // It watches ~/.genesyscloudjavascript/config from its import on, which keeps tests from ending.
  isolate(shared);
  const ApiClient = shared.constructor as new () => SdkApiClient;
  const own = new ApiClient();
  isolate(own).basePath = apiUrl;
  own.setReturnExtendedResponses(true);
  own.setHttpClient(createHookClient(hook));
  return {
    organization: new platformClient.OrganizationApi(own),
    workforceManagement: new platformClient.WorkforceManagementApi(own),
    analytics: new platformClient.AnalyticsApi(own),
    telephony: new platformClient.TelephonyProvidersEdgeApi(own),
    architect: new platformClient.ArchitectApi(own),
    outbound: new platformClient.OutboundApi(own),
    audit: new platformClient.AuditApi(own),
    notifications: new platformClient.NotificationsApi(own),
    users: new platformClient.UsersApi(own),
  };
}

function isolate(client: SdkApiClient): SdkConfiguration {
  const configuration = client.config as unknown as SdkConfiguration;
  configuration.live_reload_config = false;
  configuration.setConfigPath('');
  // A gateway from such a file would send our calls elsewhere.
  configuration.setGateway();
  configuration.logger.log = () => undefined;
  return configuration;
}

function createHookClient(
  hook: (request: SdkRequest) => Promise<SdkResponse>,
): Parameters<SdkApiClient['setHttpClient']>[0] {
  const { AbstractHttpClient } = platformClient as unknown as UntypedSdk;
  class HookClient extends AbstractHttpClient {
    request(request: SdkRequest): Promise<SdkResponse> {
      return hook(request);
    }
    enableHooks(): void {
      // The SDK's own hooks are not used.
    }
  }
  return new HookClient() as unknown as Parameters<SdkApiClient['setHttpClient']>[0];
}
