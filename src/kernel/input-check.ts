import { CHARACTERS, ENTRIES } from './bounds.ts';
import { addYears, dateInBanten, isDate } from './calendar.ts';
import { type IdPrefix, isId } from './ids.ts';
import { invalid, type Problem, Refused } from './problems.ts';
import { faultIn, type TextFault, type TextForm, tidied } from './plain-text.ts';
import { hasCredentials, isEmailAddress, isWebAddress } from './text.ts';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$/;
/** Whoever promises for longer than this has mistyped the year. */
const MAX_YEARS_AHEAD = 5;

/** A fault of that field of the input; its parts are parted by full stops. */
function faultOf(field: string, key: Problem['key'], params?: Problem['params']): Problem {
  return invalid(['input', ...field.split('.')], key, params);
}

/**
 * Checks a mutation's input field by field and reports every fault at once.
 *
 * What is a fault only because of the day it is asked on comes last, by `timely`: a request that is repeated
 * after midnight is to hear its first answer again, and not that its date is past by now.
 */
export class InputCheck {
  /** In the order of the checks; a function finds the fault of a date, which depends on today's. */
  private readonly problems: (Problem | ((today: string) => Problem | null))[] = [];
  /** False as soon as there is a fault that no day mends. */
  private isWellFormed = true;

  fault(field: string, key: Problem['key'], params?: Problem['params']): void {
    this.isWellFormed = false;
    this.problems.push(faultOf(field, key, params));
  }

  /** Throws Refused with all faults, if one of them is a fault on any day. `now` is needed where dates are checked. */
  done(now: Date | null = null): void {
    if (!this.isWellFormed) this.timely(now);
  }

  /**
   * Throws Refused with all faults, if there are any. To be called once no first answer was found, with the time of the
   * transaction.
   */
  timely(now: Date | null): void {
    const today = now === null ? null : dateInBanten(now);
    const found = this.problems.flatMap((problem) => {
      if (typeof problem !== 'function') return [problem];
      return (today === null ? null : problem(today)) ?? [];
    });
    if (found.length > 0) throw new Refused(...found);
  }

  id(field: string, prefix: IdPrefix, value: string): string {
    if (!isId(prefix, value)) this.fault(field, 'input.bad-id', { kind: prefix, prefix });
    return value;
  }

  /** A name, a title or a unit, as it is kept: of `min` to `max` code points, on one line. */
  line(field: string, value: string, min: number, max: number): string {
    return this.text('line', field, value, min, max);
  }

  /** A reason, as it is kept: of 1 to `max` code points. */
  prose(field: string, value: string, max: number): string {
    return this.text('prose', field, value, 1, max);
  }

  /** A description or a note, as it is kept; null where it is absent or blank. */
  optionalProse(field: string, value: string | null | undefined, max: number): string | null {
    return value == null || value.trim() === '' ? null : this.prose(field, value, max);
  }

  private text(form: TextForm, field: string, value: string, min: number, max: number): string {
    const clean = tidied(form, value);
    // In code points, as PostgreSQL's length() counts.
    const { length } = Array.from(clean);
    const fault = faultIn(form, clean);
    if (clean === '') this.fault(field, 'input.required');
    else if (fault !== null) this.unfit(field, fault);
    else if (length < min) this.fault(field, 'input.too-short', { min });
    else if (length > max) this.fault(field, 'input.too-long', { max, length });
    return clean;
  }

  private unfit(field: string, fault: TextFault): void {
    if (fault.kind === 'broken') this.fault(field, 'input.broken-character');
    else if (fault.kind === 'empty') this.fault(field, 'input.shows-nothing');
    else {
      const { character, position } = fault;
      this.fault(field, `input.${fault.kind}`, { character, position });
    }
  }

  /** An email address as signing in looks it up: in lower case, without spaces at its ends. */
  email(field: string, value: string): string {
    const clean = value.normalize('NFC').trim().toLowerCase();
    if (!isEmailAddress(clean)) this.fault(field, 'input.bad-email');
    return clean;
  }

  positive(field: string, value: number): number {
    if (!Number.isSafeInteger(value) || value < 1) this.fault(field, 'input.not-positive');
    return value;
  }

  /** A date from today to five years from now; `timely` finds one that is not. */
  fromToday(field: string, value: string | null | undefined): string | null {
    if (value == null) return null;
    if (!isDate(value)) this.fault(field, 'input.bad-date');
    else {
      this.problems.push((today) => {
        const latest = addYears(today, MAX_YEARS_AHEAD);
        if (value < today) return faultOf(field, 'input.date-past', { date: value, today });
        return value > latest ? faultOf(field, 'input.date-too-far', { date: value, latest }) : null;
      });
    }
    return value;
  }

  /** A date not after today; `timely` finds one that is. */
  untilToday(field: string, value: string): string {
    if (!isDate(value)) this.fault(field, 'input.bad-date');
    else {
      this.problems.push((today) =>
        value > today ? faultOf(field, 'input.date-future', { date: value, today }) : null,
      );
    }
    return value;
  }

  /** Addresses where photographs or papers can be seen. */
  evidence(field: string, addresses: readonly string[] | null | undefined): string[] {
    const all = addresses ?? [];
    const good = all.every((text) => text.length <= CHARACTERS.evidence && isWebAddress(text));
    if (all.length > ENTRIES.evidence || !good) {
      this.fault(field, 'input.bad-evidence', { max: ENTRIES.evidence });
    } else if (all.some(hasCredentials)) this.fault(field, 'input.evidence-password');
    return [...all];
  }

  idempotencyKey(value: string | null | undefined): string | null {
    if (value == null) return null;
    if (!IDEMPOTENCY_KEY.test(value)) this.fault('idempotencyKey', 'input.bad-key');
    return value;
  }
}
