import { Select, type SelectProps } from '@mantine/core';

export interface FilterSelectProps {
  label: string;
  placeholder?: string;
  data: NonNullable<SelectProps['data']>;
  /** Empty: any. */
  value: string;
  onChange: (value: string) => void;
  searchable?: boolean;
  className?: string | undefined;
}

/** A filter with few values; takes effect at once. */
export function FilterSelect(props: FilterSelectProps) {
  const {
    label,
    placeholder = 'Any',
    data,
    value,
    onChange,
    searchable = false,
    className,
  } = props;
  return (
    <Select
      className={className}
      label={label}
      placeholder={placeholder}
      data={data}
      value={value === '' ? null : value}
      onChange={(chosen) => onChange(chosen ?? '')}
      clearable
      searchable={searchable}
      clearButtonProps={{ 'aria-label': `Clear ${label.toLowerCase()}` }}
    />
  );
}
