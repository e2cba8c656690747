/** The users of a controller as its directory has them: entries of their own, that may be written. */
export interface UserEntry {
  readonly handle: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly department: string;
  readonly location: string;
  readonly primeDn: string;
}

export const USERS_MAX = 20_000;
/** Above all handles of devices; a million for each controller, never given twice. */
const HANDLES_FROM = 3_000_000_000;
const HANDLES_PER_CONTROLLER = 1_000_000;

export type UserFields = Omit<UserEntry, 'handle'>;

export class UsersBook {
  private readonly entries = new Map<number, UserEntry>();
  private last: number;

  constructor(controller: number) {
    this.last = HANDLES_FROM + controller * HANDLES_PER_CONTROLLER;
  }

  all(): readonly UserEntry[] {
    return [...this.entries.values()];
  }

  has(handle: number): boolean {
    return this.entries.has(handle);
  }

  /** Null when {@link USERS_MAX} are there. */
  insert(fields: UserFields): number | null {
    if (this.entries.size >= USERS_MAX) return null;
    this.last += 1;
    this.entries.set(this.last, { handle: this.last, ...fields });
    return this.last;
  }

  /** False when there is no such entry. */
  update(handle: number, fields: Partial<UserFields>): boolean {
    const entry = this.entries.get(handle);
    if (!entry) return false;
    this.entries.set(handle, { ...entry, ...fields });
    return true;
  }

  delete(handle: number): boolean {
    return this.entries.delete(handle);
  }
}
