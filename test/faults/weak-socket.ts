import WebSocket from 'ws';

/** A WebSocket class for a client whose network is in the test's hands. */
export interface WeakSockets {
  webSocket: new (address: string, protocols?: string) => WebSocket;
  /** The newest connection; null before the first. */
  readonly latest: WebSocket | null;
  /** How many connections were begun. */
  readonly begun: number;
  /** Ends the newest connection as a broken network does, without a closing handshake; false when it has ended. */
  cut(): boolean;
}

export function weakSockets(): WeakSockets {
  const sockets: WebSocket[] = [];
  const latest = () => sockets.at(-1) ?? null;
  class WeakSocket extends WebSocket {
    constructor(address: string, protocols?: string) {
      super(address, protocols);
      sockets.push(this);
    }
  }
  return {
    webSocket: WeakSocket,
    get latest() {
      return latest();
    },
    get begun() {
      return sockets.length;
    },
    cut: () => {
      const newest = latest();
      if (newest === null || newest.readyState >= WebSocket.CLOSING) return false;
      newest.terminate();
      return true;
    },
  };
}
