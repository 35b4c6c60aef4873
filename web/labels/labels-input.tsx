import { TagsInput, type TagsInputProps } from '@mantine/core';
import { separate } from './separate.ts';

/** Several labels, patterns or names as pills: each ends with Enter or a comma. */
export function LabelsInput({ onChange, ...props }: TagsInputProps) {
  return (
    <TagsInput
      splitChars={[',']}
      acceptValueOnBlur
      clearable
      clearButtonProps={{ 'aria-label': 'Clear all' }}
      onChange={(values) => onChange?.(separate(values))}
      {...props}
    />
  );
}
