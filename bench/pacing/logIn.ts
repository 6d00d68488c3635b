import type { SimulatorReady } from '../simulatorProcess.js';

/** A token of the simulated organisation, by client credentials. */
export async function logIn({
  url,
  clientId,
  clientSecret,
}: Pick<SimulatorReady, 'url' | 'clientId' | 'clientSecret'>): Promise<string> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  if (!answer.ok) throw new Error(`the login was refused with ${answer.status}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}
