import { TextInput } from '@mantine/core';
import { useState } from 'react';

export interface FilterTextProps {
  label: string;
  placeholder: string;
  /** What the address says. */
  value: string;
  onChange: (value: string) => void;
  className?: string | undefined;
}

/** A text filter; it takes effect with Enter, or when the field is left. */
export function FilterText({ label, placeholder, value, onChange, className }: FilterTextProps) {
  const [draft, setDraft] = useState(value);
  const [shown, setShown] = useState(value);
  // The address changed by other means: Back, or a link.
  if (shown !== value) {
    setShown(value);
    setDraft(value);
  }
  function commit(): void {
    if (draft.trim() !== value) onChange(draft.trim());
  }
  return (
    <TextInput
      className={className}
      label={label}
      placeholder={placeholder}
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}
