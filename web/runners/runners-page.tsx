import { Box, Button, Paper, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Plus, ServerCog } from 'lucide-react';
import { useState } from 'react';
import type { ProvisionedRunner, Registration } from '../../api/schemas/registration.ts';
import { FilterRow } from '../filters/filter-row.tsx';
import { FilterSelect } from '../filters/filter-select.tsx';
import { FilterText } from '../filters/filter-text.tsx';
import classes from '../filters/filter-bar.module.css';
import { useUrlFilters } from '../filters/use-url-filters.ts';
import { EmptyState } from '../layout/empty-state.tsx';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { useMay } from '../permission/use-may.ts';
import { ListState } from '../table/list-state.tsx';
import { ListTable } from '../table/list-table.tsx';
import { LoadMore } from '../table/load-more.tsx';
import { Credential } from './credential.tsx';
import { DeleteRunner } from './delete-runner.tsx';
import { ProvisionRunner } from './provision-runner.tsx';
import { REGISTRATION_STATUSES } from './registration-appearance.ts';
import { RUNNER_FILTERS } from './runner-filters.ts';
import { RunnerRow } from './runner-row.tsx';
import { useRunners } from './use-runners.ts';

const ENDED = 'expired,deleted';
const STATUS_CHOICES = [
  ...Object.entries(REGISTRATION_STATUSES).map(([value, { label }]) => ({ value, label })),
  { value: ENDED, label: 'Expired and deleted' },
];

/** Runners on people's own machines, and how to get one. */
export function RunnersPage() {
  const { filters, change, clear, isFiltered } = useUrlFilters(RUNNER_FILTERS);
  const list = useRunners(filters);
  const mayWrite = useMay('runners:write');
  const [isAsking, { open, close }] = useDisclosure(false);
  const [given, setGiven] = useState<ProvisionedRunner | null>(null);
  const [doomed, setDoomed] = useState<Registration | null>(null);
  const runners = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Own runners">
      <PageHeading
        title="Own runners"
        description="On machines of your own, registered at GitHub under your label policy"
        actions={
          mayWrite ? (
            <Button size="xs" leftSection={<Plus size={16} />} onClick={open}>
              Provision a runner
            </Button>
          ) : null
        }
      />
      <FilterRow
        isFiltered={isFiltered}
        clear={clear}
        first={
          <FilterSelect
            label="Status"
            placeholder="All but expired and deleted"
            data={STATUS_CHOICES}
            value={filters.status}
            onChange={(status) => change({ status })}
            className={classes['first']}
          />
        }
      >
        <FilterText
          label="Team"
          placeholder="Any"
          value={filters.team}
          onChange={(team) => change({ team })}
          className={classes['more']}
        />
      </FilterRow>
      <Paper withBorder style={{ borderColor: 'var(--runyard-hairline)', overflow: 'hidden' }}>
        <ListState
          query={list}
          isEmpty={runners.length === 0}
          empty={
            <EmptyState
              heading={2}
              title={isFiltered ? 'No runner matches' : 'No runner of your own yet'}
              icon={<ServerCog size={28} />}
              action={
                isFiltered ? (
                  <Button variant="default" size="compact-md" onClick={clear}>
                    Clear the filters
                  </Button>
                ) : null
              }
            >
              {isFiltered
                ? null
                : 'Provision one: you get a registration for one machine, and GitHub gives it jobs with its labels.'}
            </EmptyState>
          }
        >
          <Box style={{ opacity: list.isPlaceholderData ? 0.6 : 1 }}>
            <ListTable
              caption="Own runners, the latest first"
              head={
                <>
                  <Table.Th visibleFrom="sm">Status</Table.Th>
                  <Table.Th>Runner</Table.Th>
                  <Table.Th visibleFrom="md">Labels</Table.Th>
                  <Table.Th visibleFrom="lg">Given out</Table.Th>
                  <Table.Th visibleFrom="lg">Use by</Table.Th>
                  <Table.Th aria-label="Actions" />
                </>
              }
            >
              {runners.map((runner) => (
                <RunnerRow
                  key={runner.id}
                  runner={runner}
                  remove={mayWrite ? () => setDoomed(runner) : undefined}
                />
              ))}
            </ListTable>
          </Box>
        </ListState>
      </Paper>
      <LoadMore list={list} count={runners.length} noun={['runner', 'runners']} />
      {isAsking ? <ProvisionRunner onClose={close} onGiven={setGiven} /> : null}
      {given ? <Credential given={given} onClose={() => setGiven(null)} /> : null}
      {doomed ? (
        <DeleteRunner key={doomed.id} runner={doomed} onClose={() => setDoomed(null)} />
      ) : null}
    </Page>
  );
}
