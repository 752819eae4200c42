export interface DemoAccount {
  email: string;
  name: string;
}

interface WorkbenchFacts {
  demo: boolean;
  accounts: DemoAccount[];
}

/** The demo accounts that the hub offers; none outside demo mode, or when it does not say. */
export async function fetchDemoAccounts(): Promise<DemoAccount[]> {
  try {
    const response = await fetch(new URL('workbench.json', document.baseURI));
    if (!response.ok) return [];
    const facts = (await response.json()) as WorkbenchFacts;
    return facts.demo ? facts.accounts : [];
  } catch {
    return [];
  }
}
