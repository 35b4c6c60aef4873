import { choicesOf, inWords, OUTCOMES, SEVERITIES } from './event-appearance.ts';
import { FilterMoment } from '../filters/filter-moment.tsx';
import { FilterRow } from '../filters/filter-row.tsx';
import { FilterSelect } from '../filters/filter-select.tsx';
import { FilterText } from '../filters/filter-text.tsx';
import classes from '../filters/filter-bar.module.css';
import type { AuditFilters } from './audit-filters.ts';
import { useAuditEventTypes } from './use-audit.ts';

export interface AuditFilterRowProps {
  filters: AuditFilters;
  change: (changed: Partial<AuditFilters>) => void;
  clear: () => void;
  isFiltered: boolean;
}

const SEVERITY_CHOICES = choicesOf(SEVERITIES);
const OUTCOME_CHOICES = choicesOf(OUTCOMES);

/** The filters above the audit log. */
export function AuditFilterRow({ filters, change, clear, isFiltered }: AuditFilterRowProps) {
  const types = useAuditEventTypes().data ?? [];
  const categories = [...new Set(types.map(({ category }) => category))];
  const more = classes['more'];
  return (
    <FilterRow
      isFiltered={isFiltered}
      clear={clear}
      first={
        <FilterText
          label="Text"
          placeholder="In actor, resource or details"
          value={filters.text}
          onChange={(text) => change({ text })}
          className={classes['first']}
        />
      }
    >
      <FilterSelect
        label="Type"
        data={types.map(({ type }) => type)}
        value={filters.type}
        onChange={(type) => change({ type })}
        searchable
        className={`${more} ${classes['wide']}`}
      />
      <FilterSelect
        label="Category"
        data={categories.map((value) => ({ value, label: inWords(value) }))}
        value={filters.category}
        onChange={(category) => change({ category })}
        className={more}
      />
      <FilterSelect
        label="Severity"
        data={SEVERITY_CHOICES}
        value={filters.severity}
        onChange={(severity) => change({ severity })}
        className={more}
      />
      <FilterSelect
        label="Outcome"
        data={OUTCOME_CHOICES}
        value={filters.outcome}
        onChange={(outcome) => change({ outcome })}
        className={more}
      />
      <FilterText
        label="Actor"
        placeholder="user:ada"
        value={filters.actor}
        onChange={(actor) => change({ actor })}
        className={more}
      />
      <FilterText
        label="Resource type"
        placeholder="job"
        value={filters.resource_type}
        onChange={(resource_type) => change({ resource_type })}
        className={more}
      />
      <FilterText
        label="Resource id"
        placeholder="Any"
        value={filters.resource_id}
        onChange={(resource_id) => change({ resource_id })}
        className={more}
      />
      <FilterText
        label="Correlation id"
        placeholder="Any"
        value={filters.correlation_id}
        onChange={(correlation_id) => change({ correlation_id })}
        className={more}
      />
      <FilterMoment
        label="Since"
        value={filters.since}
        onChange={(since) => change({ since })}
        className={`${more} ${classes['wide']}`}
      />
      <FilterMoment
        label="Until"
        value={filters.until}
        onChange={(until) => change({ until })}
        className={`${more} ${classes['wide']}`}
      />
    </FilterRow>
  );
}
