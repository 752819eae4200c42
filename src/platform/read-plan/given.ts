/**
 * The value of a variable that goes to the database as it comes, so that one plan serves for all its values: while the
 * plan is made it is not known, and stands for the text that is sent with the statement.
 */
export class Given {
  readonly variable: string;

  constructor(variable: string) {
    this.variable = variable;
  }
}

/** A plan looked at the value of a variable, so that it holds for this value alone. */
export class LookedAt extends Error {
  readonly variable: string;

  constructor({ variable }: Given) {
    super();
    this.variable = variable;
  }
}

/** What of an argument's value is `Given`, at any depth. */
export function givenIn(value: unknown): Given[] {
  if (value instanceof Given) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(givenIn);
}
