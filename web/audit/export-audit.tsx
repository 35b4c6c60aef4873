import { Button, Menu } from '@mantine/core';
import { ChevronDown, Download } from 'lucide-react';
import type { AuditFilters } from './audit-filters.ts';
import type { ExportFormat, useExportAudit } from './use-export-audit.ts';

const FORMATS: readonly { format: ExportFormat; label: string }[] = [
  { format: 'csv', label: 'CSV, for a spreadsheet' },
  { format: 'json', label: 'JSON' },
  { format: 'ndjson', label: 'NDJSON, one event a line' },
];

export interface ExportAuditProps {
  filters: AuditFilters;
  download: ReturnType<typeof useExportAudit>;
}

/** Downloads what the filters leave. */
export function ExportAudit({ filters, download }: ExportAuditProps) {
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          loading={download.isPending}
          leftSection={<Download size={14} aria-hidden />}
          rightSection={<ChevronDown size={14} aria-hidden />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(({ format, label }) => (
          <Menu.Item key={format} onClick={() => download.mutate({ format, filters })}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
