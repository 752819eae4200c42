import { Socket } from 'node:net';

/** Until the kernel asks whether the other side is still there: for what waits without having asked anything. */
const KEEPALIVE_MS = 10_000;

interface WireRules {
  /** Longest silence that is borne, in ms. Must be more than a pool keeps an idle connection. */
  silenceMs: number;
  /** Asked when it is over: true bears it none the less. */
  isPatient?: () => boolean;
  /** Called when a connection was given up for its silence. */
  onSilence?: () => void;
}

/** A connection was given up, since the database said nothing for so long. */
class SilentDatabase extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(silenceMs: number) {
    super(`the database was silent for ${silenceMs} ms`);
    this.name = 'SilentDatabase';
  }
}

/**
 * The sockets of one pool or session. A half-open connection tells nobody that it is dead: packets vanish, and
 * whoever waits for an answer would wait for ever. So none of these is waited on for longer than `silenceMs` without
 * a byte, and all of them can be destroyed at once.
 */
export class Wires {
  private readonly rules: WireRules;
  private readonly sockets = new Set<Socket>();

  constructor(rules: WireRules) {
    this.rules = rules;
  }

  /** The `stream` option of pg: a new socket, not yet connected. */
  readonly open = (): Socket => {
    const { silenceMs, isPatient, onSilence } = this.rules;
    const socket = new Socket();
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.setKeepAlive(true, KEEPALIVE_MS);
    socket.setTimeout(silenceMs, () => {
      const { bytesRead } = socket;
      // After a stop of this whole process the answer may have come and wait to be read.
      setImmediate(() => {
        if (socket.destroyed || socket.bytesRead > bytesRead || isPatient?.() === true) return;
        socket.destroy(new SilentDatabase(silenceMs));
        onSilence?.();
      });
    });
    return socket;
  };

  /** Ends all of them without a word; what was waited for on them is refused. */
  destroy(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
