import type { GenesysClient } from '../src/genesys/genesysClient.js';

/** How long what was read of a unit is taken for what it is. A code or a zone changes a few times a year, a team a few times a month. */
const KNOWN_FOR_MS = 3_600_000;

type Structure = Pick<GenesysClient, 'businessUnit' | 'activityCodes' | 'managementUnits' | 'managementUnitUsers'>;

/** Categories of a business unit's activity codes, by id; and whether they were read just now. */
export interface KnownCodes {
  readonly categories: ReadonlyMap<string, string | null>;
  readonly isFresh: boolean;
}

/**
 * What counting agents needs to know of units beside their shifts, read once an hour: a snapshot is one call then.
 *
 * What is asked for while it is read is read once. Kept in the process alone: whoever starts reads it again.
 */
export class UnitFacts {
  readonly #usersAtOnce = new Map<string, { readonly users: number; readonly learntMs: number }>();
  readonly #known = new Map<string, { readonly value: unknown; readonly readMs: number }>();

  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(private readonly nowMs: () => number) {}

  async timeZone(genesys: Structure, businessUnitId: string): Promise<string> {
    const read = async (): Promise<string> => (await genesys.businessUnit(businessUnitId)).value.timeZone;
    return (await this.#once(`zone ${businessUnitId}`, read)).value;
  }

  /** @param anew whether a code was met that is not among those known. */
  async activityCodes(genesys: Structure, businessUnitId: string, anew = false): Promise<KnownCodes> {
    const key = `codes ${businessUnitId}`;
    if (anew) {
      this.#known.delete(key);
      this.#underWay.delete(key);
    }
    const { value: categories, isFresh } = await this.#once(key, async () => {
      const codes = (await genesys.activityCodes(businessUnitId)).value;
      return new Map(codes.map(({ id, category }) => [id, category]));
    });
    return { categories, isFresh };
  }

  /** Users of some management units, together. */
  async users(genesys: Structure, managementUnitIds: readonly string[]): Promise<Set<string>> {
    const users = new Set<string>();
    for (const unitId of managementUnitIds) {
      const { value } = await this.#once(`users ${unitId}`, async () =>
        (await genesys.managementUnitUsers(unitId)).value.map(({ id }) => id),
      );
      for (const id of value) users.add(id);
    }
    return users;
  }

  /** Everybody in a business unit, in an order that stays. */
  async businessUnitUsers(genesys: Structure, businessUnitId: string): Promise<string[]> {
    const { value: units } = await this.#once(`units ${businessUnitId}`, async () =>
      (await genesys.managementUnits()).value.filter((unit) => unit.businessUnitId === businessUnitId),
    );
    return [
      ...(await this.users(
        genesys,
        units.map(({ id }) => id),
      )),
    ].sort();
  }

  /** For how many users at once Genesys answers a search; null where it may answer for everybody. */
  usersAtOnce(businessUnitId: string): number | null {
    const known = this.#usersAtOnce.get(businessUnitId);
    return known && this.nowMs() - known.learntMs < KNOWN_FOR_MS ? known.users : null;
  }

  askAtOnce(businessUnitId: string, users: number): void {
    const least = Math.min(users, this.usersAtOnce(businessUnitId) ?? users);
    this.#usersAtOnce.set(businessUnitId, { users: least, learntMs: this.nowMs() });
  }

  async #once<T>(key: string, read: () => Promise<T>): Promise<{ value: T; isFresh: boolean }> {
    const known = this.#known.get(key);
    if (known && this.nowMs() - known.readMs < KNOWN_FOR_MS) return { value: known.value as T, isFresh: false };
    const underWay = this.#underWay.get(key);
    if (underWay) {
      // One that failed was another's, who may only have been cancelled.
      const shared = await underWay.then(
        (value) => ({ value: value as T, isFresh: false }),
        () => null,
      );
      if (shared) return shared;
    }
    const reading = read();
    this.#underWay.set(key, reading);
    try {
      const value = await reading;
      this.#known.set(key, { value, readMs: this.nowMs() });
      return { value, isFresh: true };
    } finally {
      if (this.#underWay.get(key) === reading) this.#underWay.delete(key);
    }
  }
}
