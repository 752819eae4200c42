import { startTestServer } from './test-server.ts';
import { shared } from './shared.ts';

/** Runs once, before all test files; workers started later inherit the environment. */
export default async function globalSetup(): Promise<void> {
  shared.server = await startTestServer();
  process.env['SINERGI_TEST_SERVER'] = shared.server.url;
  process.env['SINERGI_TEST_TEMPLATE'] = shared.server.template;
}
