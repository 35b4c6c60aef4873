import { TagsInput, type TagsInputProps } from '@mantine/core';

/** Several labels, patterns or names as pills: each ends with Enter, a comma or a space. */
export function LabelsInput(props: TagsInputProps) {
  return (
    <TagsInput
      splitChars={[',', ' ']}
      acceptValueOnBlur
      clearable
      clearButtonProps={{ 'aria-label': 'Clear all' }}
      {...props}
    />
  );
}
