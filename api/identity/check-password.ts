import { hashPassword, TooManyPasswordsError, verifyPassword } from '../../prisma/password-hash.ts';
import { TooManyRequestsError } from '../errors.ts';

/** Seconds after which hashing has caught up. */
const CATCH_UP = 3;

/** Hash of a password that nobody has: what is compared with where there is nothing to compare with. */
let dummy: Promise<string> | undefined;

/**
 * True when the password is right. It takes the same work where there's no hash, so that nobody can
 * tell by the time that an account doesn't exist or has no password.
 *
 * @param passwordHash - null where there's none
 * @throws TooManyRequestsError when too many are being looked at
 */
export async function checkPassword(
  passwordHash: string | null,
  password: string,
): Promise<boolean> {
  try {
    dummy ??= hashPassword(crypto.randomUUID());
    const isRight = await verifyPassword(passwordHash ?? (await dummy), password);
    return isRight && passwordHash !== null;
  } catch (error) {
    if (!(error instanceof TooManyPasswordsError)) throw error;
    throw new TooManyRequestsError(CATCH_UP);
  }
}
