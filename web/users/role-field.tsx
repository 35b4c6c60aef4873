import { Radio, type RadioGroupProps, Stack } from '@mantine/core';
import { ROLES } from './roles.ts';

/** Value, change and error, as a form gives them. */
export type RoleFieldProps = Omit<RadioGroupProps, 'children' | 'label'>;

/** A choice of role, each with what it is for. */
export function RoleField(props: RoleFieldProps) {
  return (
    <Radio.Group label="Role" {...props}>
      <Stack gap="xs" mt="xs">
        {ROLES.map((role) => (
          <Radio
            key={role.value}
            value={role.value}
            label={role.label}
            description={role.meaning}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
