import { Box, Button, Paper } from '@mantine/core';
import { ScrollText, ShieldCheck } from 'lucide-react';
import { useUrlFilters } from '../filters/use-url-filters.ts';
import { EmptyState } from '../layout/empty-state.tsx';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { ListState } from '../table/list-state.tsx';
import { LoadMore } from '../table/load-more.tsx';
import { AUDIT_FILTERS } from './audit-filters.ts';
import { AuditFilterRow } from './audit-filter-row.tsx';
import { EventTable } from './event-table.tsx';
import { ExportAudit } from './export-audit.tsx';
import { ExportNotice } from './export-notice.tsx';
import { useAuditEvents, useVerifyAudit } from './use-audit.ts';
import { useExportAudit } from './use-export-audit.ts';
import { VerificationNotice } from './verification-notice.tsx';

/** The audit log: what was done and decided, by whom, to what. */
export function AuditPage() {
  const { filters, change, clear, isFiltered } = useUrlFilters(AUDIT_FILTERS);
  const list = useAuditEvents(filters);
  const download = useExportAudit();
  const verify = useVerifyAudit();
  const events = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Audit">
      <PageHeading
        title="Audit"
        actions={
          <>
            <Button
              variant="default"
              size="xs"
              leftSection={<ShieldCheck size={14} aria-hidden />}
              loading={verify.isPending}
              onClick={() => verify.mutate()}
            >
              Verify
            </Button>
            <ExportAudit filters={filters} download={download} />
          </>
        }
      />
      {verify.error ? <ErrorNotice error={verify.error} retry={() => verify.mutate()} /> : null}
      {verify.data ? <VerificationNotice result={verify.data} /> : null}
      <ExportNotice download={download} />
      <AuditFilterRow filters={filters} change={change} clear={clear} isFiltered={isFiltered} />
      <Paper withBorder style={{ borderColor: 'var(--runyard-hairline)', overflow: 'hidden' }}>
        <ListState
          query={list}
          isEmpty={events.length === 0}
          height={320}
          empty={
            <EmptyState
              heading={2}
              title={isFiltered ? 'No event matches' : 'No event yet'}
              icon={<ScrollText size={28} />}
              action={
                isFiltered ? (
                  <Button variant="default" size="compact-md" onClick={clear}>
                    Clear the filters
                  </Button>
                ) : null
              }
            />
          }
        >
          <Box style={{ opacity: list.isPlaceholderData ? 0.6 : 1 }}>
            <EventTable events={events} caption="Audit events, the latest first" />
          </Box>
        </ListState>
      </Paper>
      <LoadMore list={list} count={events.length} noun={['event', 'events']} />
    </Page>
  );
}
