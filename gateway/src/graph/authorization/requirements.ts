import { type AppError, forbidden, isAppError, unauthenticated } from '@tributary/core';
import type { Caller } from '../../admission/caller.ts';
import { toGraphQLError } from '../../errors.ts';
import type { Requirement } from '../access-rules.ts';

/**
 * Decides which of these policies the caller meets; called once per operation with all policies that its fields name.
 */
export type PolicyEvaluator = (policies: readonly string[], caller: Caller) => Promise<ReadonlySet<string>>;

/** Without an evaluator no policy is met. */
export const denyAllPolicies: PolicyEvaluator = async () => new Set();

/** The indices of the requirements that the caller does not meet, and the errors that say so. */
export async function evaluateRequirements(
  requirements: readonly Requirement[],
  caller: Caller,
  meetPolicies: PolicyEvaluator,
): Promise<Map<number, AppError>> {
  const unmet = new Map<number, AppError>();
  if (requirements.length === 0) return unmet;
  const named = requirements.flatMap((each) => (each.kind === 'policies' ? each.alternatives.flat() : []));
  const met = named.length > 0 ? await ask([...new Set(named)], caller, meetPolicies) : new Set<string>();
  requirements.forEach((requirement, index) => {
    const error = refusal(requirement, caller, met);
    if (error) unmet.set(index, error);
  });
  return unmet;
}

async function ask(policies: string[], caller: Caller, meetPolicies: PolicyEvaluator) {
  try {
    return await meetPolicies(policies, caller);
  } catch (error) {
    throw isAppError(error) ? toGraphQLError(error) : error;
  }
}

function refusal(requirement: Requirement, { viewer }: Caller, met: ReadonlySet<string>): AppError | null {
  const signInFirst = () =>
    unauthenticated('Sign in first: this needs an access token.', { reason: 'SIGN_IN_REQUIRED' });
  if (requirement.kind === 'policies') {
    if (holdsAny(requirement.alternatives, met)) return null;
    return viewer
      ? forbidden(`This needs the policy ${either(requirement.alternatives)}.`, { reason: 'POLICY_NOT_MET' })
      : signInFirst();
  }
  if (!viewer) return signInFirst();
  if (requirement.kind === 'authenticated') return null;
  if (holdsAny(requirement.alternatives, new Set(viewer.permissions))) return null;
  return forbidden(`You need the ${either(requirement.alternatives)} permission for this.`, {
    reason: 'PERMISSION_MISSING',
  });
}

const holdsAny = (alternatives: readonly (readonly string[])[], held: ReadonlySet<string>) =>
  alternatives.some((needed) => needed.every((name) => held.has(name)));

const either = (alternatives: readonly (readonly string[])[]) =>
  alternatives.map((needed) => needed.join(' and ')).join(', or ');
