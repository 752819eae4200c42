import { FeedGroup } from '../../src/feed/feed-group.ts';
import type { FeedFilter } from '../../src/feed/feed.rules.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { SharedExecution } from '../../src/platform/live/shared-stream.ts';
import type { TestHub } from './test-hub.ts';

/** A group at the hub's own tail, with an execution of the test's own that costs nobody anything. */
export function freeGroup(hub: TestHub, filter: FeedFilter, perform: SharedExecution['perform']): FeedGroup {
  const execution: SharedExecution = {
    key: 'a test’s own',
    perform,
    payFor: () => 0,
    atOwnCost: (work) => work(),
    settle: () => undefined,
  };
  const { log, tail } = hub.services;
  return new FeedGroup(execution, filter, log, tail, createLogger('silent'));
}
