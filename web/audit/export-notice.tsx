import { Alert, Button, Group, Text } from '@mantine/core';
import { Download } from 'lucide-react';
import { ErrorNotice } from '../layout/error-notice.tsx';
import type { useExportAudit } from './use-export-audit.ts';

/** What came of an export: that it failed, or that there is more than one file of it. */
export function ExportNotice({ download }: { download: ReturnType<typeof useExportAudit> }) {
  if (download.error) return <ErrorNotice error={download.error} />;
  const part = download.data;
  if (!part || part.nextCursor === null) return null;
  const { format, filters, nextCursor } = part;
  return (
    <Alert variant="outline" role="status" icon={<Download size={18} />} title="There is more">
      <Group gap="sm" justify="space-between">
        <Text size="sm">The file holds as many events as one export gives.</Text>
        <Button
          size="compact-sm"
          variant="default"
          loading={download.isPending}
          onClick={() => download.mutate({ format, filters, cursor: nextCursor })}
        >
          Download the next part
        </Button>
      </Group>
    </Alert>
  );
}
