/** Opens sockets, one subscription each. */
export interface Connect {
  /** The server's WebSocket address. */
  url: string;
  query: string;
  sockets: number;
  /** Of each group; the sockets are dealt to the groups in turn. */
  variables: readonly object[];
  /** Of the accounts among which the sockets are shared; none for servers that ask for none. */
  tokens: readonly string[];
}

export interface Report {
  fromMs: number;
  untilMs: number;
  /** Of each event since the reset, by its number. */
  publishedAtMs: readonly number[];
}

/** What the benchmark asks of the process in which its clients are; `state` and `report` have an answer. */
export type ListenersQuestion =
  | ({ kind: 'connect' } & Connect)
  /** Counts from zero again, and tells the number of messages received each time that so many have come. */
  | { kind: 'reset'; noticeEvery: number }
  | { kind: 'state' }
  | ({ kind: 'report' } & Report)
  | { kind: 'burn'; cores: number; seconds: number }
  | { kind: 'disconnect' };

export interface Delays {
  messages: number;
  p50Ms: number;
  p99Ms: number;
}

export interface ListenersState {
  received: number;
  /** How many events the socket has that has fewest. */
  least: number;
  /** How many sockets the server has ended or refused, and what the first of them was told. */
  lost: number;
  firstLoss: string | null;
}
