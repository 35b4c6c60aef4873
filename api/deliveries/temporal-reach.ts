/**
 * Whether Temporal answered last time. While it does not, webhooks are left in the inbox at once
 * instead of waiting for a time-out each; the dispatcher finds out when it's back.
 */
export class TemporalReach {
  isUp = true;
}
