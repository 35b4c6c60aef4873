import {
  Ban,
  Bell,
  CircleCheck,
  CircleX,
  Info,
  type LucideIcon,
  OctagonAlert,
  TriangleAlert,
} from 'lucide-react';
import type { Tone } from '../status/statuses.ts';

export interface Appearance {
  label: string;
  tone: Tone;
  icon: LucideIcon;
}

/** How each severity looks, from the mildest. */
export const SEVERITIES: Readonly<Record<string, Appearance>> = {
  info: { label: 'Info', tone: 'neutral', icon: Info },
  notice: { label: 'Notice', tone: 'progress', icon: Bell },
  warning: { label: 'Warning', tone: 'warning', icon: TriangleAlert },
  critical: { label: 'Critical', tone: 'bad', icon: OctagonAlert },
};

/** How each outcome looks. */
export const OUTCOMES: Readonly<Record<string, Appearance>> = {
  success: { label: 'Success', tone: 'good', icon: CircleCheck },
  failure: { label: 'Failure', tone: 'bad', icon: CircleX },
  denied: { label: 'Denied', tone: 'warning', icon: Ban },
};

/** How an event's severity or outcome looks; an event may be older than this dashboard's names. */
export function appearanceOf(
  known: Readonly<Record<string, Appearance>>,
  name: string,
): Appearance {
  return known[name] ?? { label: inWords(name), tone: 'neutral', icon: Info };
}

/** A name such as `user_management` as words. */
export function inWords(name: string): string {
  const words = name.replaceAll(/[_.]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Choices of a filter. */
export function choicesOf(appearances: Readonly<Record<string, Appearance>>) {
  return Object.entries(appearances).map(([value, { label }]) => ({ value, label }));
}
