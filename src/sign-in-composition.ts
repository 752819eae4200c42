import type { Foundations } from './composition.ts';
import { AcceptanceService } from './identity/acceptance.service.ts';
import type { ActorService } from './identity/actor.service.ts';
import type { IdentityService } from './identity/identity.service.ts';
import { PasswordHashing } from './identity/password-hashing.ts';
import { RefusedSignIns } from './identity/refused-sign-ins.service.ts';
import { keyedDigest } from './identity/secrets.ts';
import type { SessionService } from './identity/session.service.ts';
import { SignInOrigins } from './identity/sign-in-origins.service.ts';
import { SignInThrottling } from './identity/sign-in-throttle.service.ts';
import { SignInService } from './identity/sign-in.service.ts';
import type { Job } from './platform/jobs.ts';

interface People {
  actors: ActorService;
  identity: IdentityService;
  sessions: SessionService;
}

/** Everything by which people come in with a password, and what keeps others from it. */
export function signInOf({ database, clock, logger, tokenSecret }: Foundations, people: People) {
  const throttle = new SignInThrottling(database);
  const origins = new SignInOrigins(database);
  const refusals = new RefusedSignIns(database, clock, logger);
  const parts = {
    database,
    ...people,
    throttle,
    origins,
    refusals,
    digest: keyedDigest(tokenSecret),
    hashing: new PasswordHashing(),
  };
  return {
    throttle,
    origins,
    refusals,
    signIns: new SignInService(parts),
    acceptance: new AcceptanceService(parts),
  };
}

export function signInJobs({ throttle, origins, refusals }: ReturnType<typeof signInOf>): Job[] {
  return [
    {
      name: 'forget-sign-in-attempts',
      schedule: '*/15 * * * *',
      lateAfterMinutes: 60,
      run: () => throttle.forgetOld(),
    },
    {
      name: 'sum-up-refused-sign-ins',
      schedule: '7 * * * *',
      lateAfterMinutes: 180,
      run: () => refusals.sumUp(),
    },
    {
      name: 'forget-refused-sign-ins',
      schedule: '47 3 * * *',
      lateAfterMinutes: 2880,
      run: () => refusals.forgetOld(),
    },
    {
      name: 'forget-sign-in-origins',
      schedule: '57 3 * * *',
      lateAfterMinutes: 2880,
      run: () => origins.forgetOld(),
    },
  ];
}
