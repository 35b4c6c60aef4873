import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

export const LEAST_CHARACTERS = 12;
/** The estimate takes long for long passwords; what stands at the beginning is enough to tell. */
const LOOKED_AT = 72;
/** Of 0 to 4: more than a hundred million guesses, by somebody who knows what people choose. */
const LEAST_SCORE = 3;

let estimator: ZxcvbnFactory | undefined;

/**
 * What is wrong with a password that somebody chose, or null. It must be long, and no common one: not
 * in the lists that attackers use, nor made of those, of keyboard rows, repetitions or dates.
 *
 * @param known - what attackers know of its user, such as the user name
 */
export function passwordProblem(password: string, known: readonly string[]): string | null {
  if ([...password].length < LEAST_CHARACTERS) {
    return `must have at least ${LEAST_CHARACTERS} characters`;
  }
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const { score } = estimator.check(password.slice(0, LOOKED_AT), [...known, 'runyard']);
  return score < LEAST_SCORE
    ? 'is too easy to guess: it is common, or made of common words, repetitions or keyboard rows'
    : null;
}
