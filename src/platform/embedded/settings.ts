/**
 * Server settings (https://www.postgresql.org/docs/18/runtime-config.html) for two cores shared with the hub.
 */
export const defaultSettings: Readonly<Record<string, string>> = {
  // A claim that was answered must outlive a power cut. Given here, they also win over an edited
  // postgresql.conf.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '100',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '8MB',
  // A parallel plan takes the second core from other requests, and /dev/shm, which is small in containers.
  max_parallel_workers_per_gather: '0',
  // The data fits in memory: io workers would be three more processes with nothing to read.
  io_method: 'sync',
  // Statements are short: compiling them costs more than it saves.
  jit: 'off',
  // Disks are solid-state; the default of 4 stands for spinning ones.
  random_page_cost: '1.1',
  // A statement of a hub that died ends within a second, so that the next hub does not wait for its locks.
  client_connection_check_interval: '1s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  log_lock_waits: 'on',
};

export interface ServerArguments {
  readonly clusterDir: string;
  readonly port: number;
  /**
   * Of the binaries; part of the cluster's name, so that a server left from before an upgrade is told apart.
   */
  readonly version: string;
  /** Added to the defaults, and stronger than they. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The whole command line of the server. Two servers with the same one are interchangeable. */
export function serverArguments({ clusterDir, port, version, settings }: ServerArguments): string[] {
  const all = {
    ...defaultSettings,
    ...settings,
    cluster_name: `sinergi-${version}`,
    port: String(port),
    // Only programs on this machine may connect, and only over TCP: the path of a socket must be short.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
  return ['-D', clusterDir, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
