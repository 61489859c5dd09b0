// Prints published speed against our estimates with what bounds them: `npm run accuracy:world`.
import { scoreWorld, worldSection } from './world';

const only = process.argv[2] ?? '';
const rows = (await scoreWorld()).filter(({ row, chipClass }) =>
  `${chipClass} ${row.chip} ${row.model}`.includes(only),
);
for (const { row, measured, estimated, low, high, bounds } of rows) {
  const ratio = estimated === null ? '   –' : (estimated / measured).toFixed(2);
  const range =
    low === null || high === null ? '' : `${(low / measured).toFixed(2)}–${(high / measured).toFixed(2)}`;
  console.log(
    `${row.chip.slice(0, 30).padEnd(31)}${row.model.padEnd(15)}${JSON.stringify(row.bindings).replace(/[{}"]/g, '').padEnd(32)}${row.precision.padEnd(13)}${row.quantity.slice(0, 6).padEnd(7)}${(measured * 1e3).toPrecision(3).padStart(9)} ${ratio.padStart(6)}  ${range.padEnd(12)} ${bounds}`,
  );
}
console.log(worldSection(rows).slice(8, 24).join('\n'));
