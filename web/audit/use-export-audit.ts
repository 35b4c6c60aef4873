import { useMutation } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { filterQuery } from '../filters/use-url-filters.ts';
import type { AuditFilters } from './audit-filters.ts';

export type ExportFormat = 'json' | 'csv' | 'ndjson';

export interface ExportWish {
  format: ExportFormat;
  filters: AuditFilters;
  /** Where the part before ended. */
  cursor?: string;
}

export interface ExportedPart extends ExportWish {
  /** Where the next part begins; null after the last one. */
  nextCursor: string | null;
}

/** Downloads events under filters as a file, at most as many as the API gives at once. */
export function useExportAudit() {
  return useMutation({
    mutationFn: async (wish: ExportWish): Promise<ExportedPart> => {
      const { format, filters, cursor } = wish;
      const query = {
        ...filterQuery(filters),
        format,
        ...(cursor !== undefined && { cursor }),
      };
      const answer = await api.audit.export.$get({ query });
      saveAs(
        await answer.blob(),
        `runyard-audit-${new Date().toISOString().slice(0, 10)}.${format}`,
      );
      return { ...wish, nextCursor: answer.headers.get('X-Next-Cursor') };
    },
  });
}

/** Milliseconds after which the browser has surely begun to read the file. */
const READ_WITHIN = 10_000;

function saveAs(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_WITHIN);
}
