import { TextInput } from '@mantine/core';

export interface FilterMomentProps {
  label: string;
  /** RFC 3339; empty: any time. */
  value: string;
  onChange: (value: string) => void;
  className?: string | undefined;
}

/** A filter by date and time, in the reader's own zone. */
export function FilterMoment({ label, value, onChange, className }: FilterMomentProps) {
  return (
    <TextInput
      type="datetime-local"
      className={className}
      label={label}
      value={toLocal(value)}
      onChange={(event) => onChange(fromLocal(event.currentTarget.value))}
    />
  );
}

/** `2026-11-21T06:00` in the reader's zone. */
function toLocal(moment: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return '';
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

function fromLocal(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
