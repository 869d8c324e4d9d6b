/** The metrics of the example site, as Prometheus gets them. */

import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createMetrics, serveMetrics } from '../../example-app/metrics.js';
import { startSimulator } from '../../lib/simulator/index.js';
import { logInByQr } from '../support/phone.js';
import { Browser, startSite } from '../support/site.js';

it('The example site counts logins and measures how long they take', async () => {
  const server = serveMetrics(createMetrics(), 0);
  const simulator = await startSimulator({ port: 0 });
  const site = await startSite(simulator);
  try {
    await logInByQr(simulator, new Browser(site.origin));
    await logInByQr(simulator, new Browser(site.origin), 'PNOEE-30403039917-MOCK-Q');
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
    expect(response.headers.get('content-type')).to.match(/^text\/plain/);
    expect((await response.text()).split('\n')).to.include.members([
      'smart_id_starts_total{what="login",flow="device-link",code="ok"} 2',
      'smart_id_session_ends_total{end_result="OK",flow_type="QR"} 1',
      'smart_id_session_ends_total{end_result="USER_REFUSED",flow_type="none"} 1',
      'smart_id_outcomes_total{what="login",flow="device-link",code="ok"} 1',
      'smart_id_outcomes_total{what="login",flow="device-link",code="user_refused"} 1',
      'smart_id_completion_seconds_count{what="login",flow="device-link"} 1',
      'smart_id_rp_api_seconds_count{endpoint="session",result="200"} 2',
      'smart_id_revocation_seconds_count{by="ocsp",result="good"} 1',
    ]);
  } finally {
    await site.close();
    await simulator.close();
    server.close();
  }
});
