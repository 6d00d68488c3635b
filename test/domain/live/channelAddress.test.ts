import { describe, expect, it } from '@jest/globals';
import { channelAddress } from '../../../src/domain/live/channelAddress.js';

const FRANKFURT = { apiUrl: 'https://api.mypurecloud.de' };
const SIMULATOR = { apiUrl: 'http://127.0.0.1:8080/genesys' };

function refused(connectUri: string, hosts: Parameters<typeof channelAddress>[1]): string {
  try {
    channelAddress(connectUri, hosts);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${connectUri} was followed`);
}

describe("a channel's address", () => {
  it.each([
    ['wss://streaming.mypurecloud.de/channels/streaming-1', FRANKFURT],
    ['wss://streaming.usw2.pure.cloud/channels/1', { apiUrl: 'https://api.usw2.pure.cloud' }],
    ['ws://127.0.0.1:9/channels/1', SIMULATOR],
    ['wss://localhost:9/channels/1', SIMULATOR],
    [
      'wss://streaming.mypurecloud.de/c',
      { apiUrl: 'https://gateway.example', streamingHosts: ['streaming.mypurecloud.de'] },
    ],
  ])('%s is followed', (uri, hosts) => {
    expect(channelAddress(uri, hosts).href).toBe(uri);
  });

  it.each([
    ['wss://streaming.mypurecloud.com/channels/secret', 'does not belong to mypurecloud.de'],
    ['wss://streaming.mypurecloud.de.example.com/channels/secret', 'does not belong'],
    ['wss://notmypurecloud.de/channels/secret', 'does not belong'],
    ['ws://streaming.mypurecloud.de/channels/secret', 'only wss'],
    ['https://streaming.mypurecloud.de/channels/secret', 'only wss'],
    ['ws://127.0.0.1:9/channels/secret', 'only wss'],
    ['wss://127.0.0.1:9/channels/secret', 'does not belong'],
    ['wss://streaming.mypurecloud.de@example.com/channels/secret', 'has credentials'],
    ['wss://user:password@streaming.mypurecloud.de/channels/secret', 'has credentials'],
  ])('%s is not, and nothing of its path is told', (uri, why) => {
    const message = refused(uri, FRANKFURT);
    expect(message).toContain(why);
    expect(message).not.toMatch(/secret|password/);
  });

  it('leaves this machine from no simulator', () => {
    expect(refused('ws://example.com/channels/1', SIMULATOR)).toContain('only wss');
    expect(refused('http://127.0.0.1:9/channels/1', SIMULATOR)).toContain('no web socket');
    expect(refused('not an address', SIMULATOR)).toContain('whose address is none');
  });
});
