/** Who listens: sockets, in groups of equal subscriptions. */
export interface Audience {
  sockets: number;
  /** 1: all listen to everything. More: each listens to one village, and events go round the villages in turn. */
  groups: number;
}

/** A server under measurement, in a process of its own. */
export interface Server {
  readonly pid: number;
  /** The postmaster of its database; absent where there is none. */
  readonly databasePid?: number;
  /** Its WebSocket address. */
  readonly url: string;
  /** Of the accounts that listen; none where nobody is asked who he is. */
  readonly tokens: readonly string[];
  /** Publishes the events of these numbers to their groups; resolves when they are on their way. */
  publish(from: number, count: number, groups: number): Promise<void>;
  stop(): Promise<void>;
}
