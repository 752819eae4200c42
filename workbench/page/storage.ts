// All that the page keeps of anybody is in sessionStorage, under one prefix: closing the browser tab forgets it, and so does
// signing out. Shared computers of village offices must keep neither a token nor what was typed.

const PREFIX = 'sinergi.';

/** What was stored under the name; null when there is nothing, or nothing that fits. */
export function load<T>(name: string, fits: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(PREFIX + name) ?? 'null');
    return fits(value) ? value : null;
  } catch {
    return null;
  }
}

/** Stores a value as JSON; null removes it. A full or forbidden storage loses it at a reload, and nothing else. */
export function store(name: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    sessionStorage.removeItem(PREFIX + name);
  }
}

const DEVICE = `${PREFIX}device`;

/**
 * The secret of this browser, which stays: it names nobody and lets nobody in. With it, wrong passwords of others do not keep
 * out whoever signed in here before. Null when there is none, or the browser keeps nothing.
 */
export function loadDevice(): string | null {
  try {
    return localStorage.getItem(DEVICE);
  } catch {
    return null;
  }
}

export function storeDevice(secret: string): void {
  try {
    localStorage.setItem(DEVICE, secret);
  } catch {
    // The next sign-in asks for another.
  }
}
