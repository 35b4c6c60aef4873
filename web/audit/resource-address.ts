/** The page of the dashboard that shows what an event was about; null where there is none. */
export function resourceAddress({ type, id }: { type: string; id: string }): string | null {
  switch (type) {
    case 'job':
      return `/jobs/${encodeURIComponent(id)}`;
    case 'team':
      return `/teams/${encodeURIComponent(id)}`;
    case 'user':
      return '/users';
    case 'registration':
      return '/runners';
    case 'label_policy':
      return '/teams';
    default:
      return null;
  }
}
