import type { TestServer } from './test-server.ts';

/** What the set-up hands to the tear-down, both of which run in Jest's own process. */
export const shared: { server: TestServer | null } = { server: null };
