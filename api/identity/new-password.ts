import { passwordProblem } from '../../domain/password-rules.ts';
import { hashPassword, TooManyPasswordsError } from '../../prisma/password-hash.ts';
import { InvalidRequestError, TooManyRequestsError } from '../errors.ts';

/** @throws InvalidRequestError that names the field */
export function requireGoodPassword(
  password: string,
  field: string,
  user: { username: string; name: string; email: string | null },
): void {
  const known = [user.username, user.name, user.email ?? ''].filter((text) => text !== '');
  const message = passwordProblem(password, known);
  if (message !== null) throw new InvalidRequestError([{ path: field, message }]);
}

/** @throws TooManyRequestsError when too many are being hashed */
export async function hashNewPassword(password: string): Promise<string> {
  try {
    return await hashPassword(password);
  } catch (error) {
    if (!(error instanceof TooManyPasswordsError)) throw error;
    throw new TooManyRequestsError(3);
  }
}
