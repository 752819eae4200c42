import { afterEach } from '@jest/globals';
import type { TestHub } from '../support/test-hub.ts';
import { RawReader } from './raw-reader.ts';

/** The readers that a file's tests open at one hub; after each test they are broken off, and no feed may stay open. */
export class OpenedReaders {
  private readonly hub: TestHub;
  private readonly open = new Set<RawReader>();

  constructor(hub: TestHub) {
    this.hub = hub;
    afterEach(async () => {
      await Promise.all([...this.open].map((reader) => this.breakOff(reader)));
      await hub.feedsOpen(0);
    });
  }

  /** Of somebody, at this hub or by another address of it. */
  async of(accountId: string, url = this.hub.url): Promise<RawReader> {
    const reader = await RawReader.open(url, await this.hub.tokenOf(accountId));
    this.open.add(reader);
    return reader;
  }

  async breakOff(reader: RawReader): Promise<void> {
    this.open.delete(reader);
    reader.socket.terminate();
    await reader.closed;
  }
}
