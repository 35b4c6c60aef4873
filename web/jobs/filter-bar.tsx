import { MultiSelect, Select } from '@mantine/core';
import { FilterRow } from '../filters/filter-row.tsx';
import { type JobStatus, STATUS_NAMES, STATUSES } from '../status/statuses.ts';
import { FilterText } from '../filters/filter-text.tsx';
import { isFiltered, type JobFilters, type Span, SPANS } from './job-filters.ts';
import classes from '../filters/filter-bar.module.css';

export interface FilterBarProps {
  filters: JobFilters;
  change: (changed: Partial<JobFilters>) => void;
  clear: () => void;
}

const STATUS_OPTIONS = STATUS_NAMES.map((value) => ({ value, label: STATUSES[value].label }));
const SPAN_OPTIONS = Object.entries(SPANS).map(([value, { label }]) => ({ value, label }));

/** The filters above the list of jobs; on narrow screens all but the first are shown on demand. */
export function FilterBar({ filters, change, clear }: FilterBarProps) {
  return (
    <FilterRow
      isFiltered={isFiltered(filters)}
      clear={clear}
      first={
        <MultiSelect
          label="Status"
          placeholder={filters.status.length === 0 ? 'Any' : ''}
          data={STATUS_OPTIONS}
          value={filters.status}
          onChange={(status) => change({ status: status as JobStatus[] })}
          clearable
          clearButtonProps={{ 'aria-label': 'Clear status' }}
          className={classes['first']}
        />
      }
    >
      <FilterText
        label="Repository"
        placeholder="owner/name"
        value={filters.repository}
        onChange={(repository) => change({ repository })}
        className={classes['more']}
      />
      <FilterText
        label="Label"
        placeholder="linux"
        value={filters.label}
        onChange={(label) => change({ label })}
        className={classes['more']}
      />
      <FilterText
        label="Pool"
        placeholder="default"
        value={filters.pool}
        onChange={(pool) => change({ pool })}
        className={classes['more']}
      />
      <FilterText
        label="Host"
        placeholder="Any"
        value={filters.host}
        onChange={(host) => change({ host })}
        className={classes['more']}
      />
      <Select
        label="Received"
        placeholder="Any time"
        data={SPAN_OPTIONS}
        value={filters.since}
        onChange={(since) => change({ since: since as Span | null })}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear received' }}
        className={`${classes['more']} ${classes['wide']}`}
      />
    </FilterRow>
  );
}
