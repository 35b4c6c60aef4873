import classes from './labels.module.css';

/** Labels that a job asks for. */
export function Labels({ labels }: { labels: readonly string[] }) {
  return (
    <ul className={classes['labels']}>
      {labels.map((label) => (
        <li key={label} className={classes['label']}>
          {label}
        </li>
      ))}
    </ul>
  );
}
