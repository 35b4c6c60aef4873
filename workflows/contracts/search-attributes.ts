import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Search attributes of every workflow that has them; registered by the control worker at its start. */
export const repositoryKey = defineSearchAttributeKey('Repository', SearchAttributeType.KEYWORD);
export const poolKey = defineSearchAttributeKey('Pool', SearchAttributeType.KEYWORD);
export const teamKey = defineSearchAttributeKey('Team', SearchAttributeType.KEYWORD);
export const runnerNameKey = defineSearchAttributeKey('RunnerName', SearchAttributeType.KEYWORD);
export const outcomeKey = defineSearchAttributeKey('Outcome', SearchAttributeType.KEYWORD);
export const deliveryIdKey = defineSearchAttributeKey('DeliveryId', SearchAttributeType.KEYWORD);

export const SEARCH_ATTRIBUTE_KEYS = [
  repositoryKey,
  poolKey,
  teamKey,
  runnerNameKey,
  outcomeKey,
  deliveryIdKey,
] as const;
