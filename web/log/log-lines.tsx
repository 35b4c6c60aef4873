import { memo } from 'react';
import { BLOCK_LINES, type LogBlock } from './log-buffer.ts';
import classes from './log.module.css';

/** Height of a line that isn't wrapped, in pixels; `log.module.css` has it too. */
const LINE_HEIGHT = 20;

/** The lines of one block, with their numbers. Drawn anew only when the block has changed. */
export const LogLines = memo(function LogLines({ block }: { block: LogBlock }) {
  const size = `auto ${block.lines.length * LINE_HEIGHT}px`;
  const full = block.lines.length === BLOCK_LINES;
  return (
    <div className={full ? classes['block'] : undefined} style={{ containIntrinsicSize: size }}>
      {block.lines.map((line, index) => (
        // A line never moves within its block.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={classes['line']} data-number={block.first + index}>
          {line.map((span, place) =>
            span.className === '' && span.style === null ? (
              span.text
            ) : (
              // oxlint-disable-next-line react/no-array-index-key
              <span key={place} className={span.className} style={span.style ?? undefined}>
                {span.text}
              </span>
            ),
          )}
          {'\n'}
        </div>
      ))}
    </div>
  );
});
