/** `/status`: how the controller and its doors stand, for whoever looks after them. One page without a script; it loads itself anew. */
import type { ControllerStatus } from '../ports/lobby.ts';
import { describeClock } from './clock-sentence.ts';
import {
  describeDataset,
  describeDisk,
  describeLink,
  describePhone,
  doorTroubles,
  readerTroubles,
} from './status-words.ts';

const everySeconds = 2;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

interface Row {
  readonly name: string;
  readonly cells: readonly string[];
  readonly troubles: readonly string[];
}

function doorRow(door: ControllerStatus['doors'][number]): Row {
  const { id, mode, released, open, simulated } = door;
  const contact = open === undefined ? 'unknown' : open ? 'open' : 'closed';
  const cells = [mode, released ? 'released' : 'secured', contact];
  return { name: simulated ? `${id} (simulated)` : id, cells, troubles: doorTroubles(door) };
}

function readerRow(reader: NonNullable<ControllerStatus['readers']>[number]): Row {
  const { id, state, door, device } = reader;
  const made = device === undefined ? '' : `vendor ${device.vendor}, firmware ${device.firmware}`;
  return { name: id, cells: [door, state, made], troubles: readerTroubles(reader) };
}

function rowHtml({ name, cells, troubles }: Row): string {
  const tds = cells.map((cell) => `<td>${escaped(cell)}</td>`).join('');
  const list = troubles.map((trouble) => `<li>${escaped(trouble)}</li>`).join('');
  const said = list === '' ? '<td></td>' : `<td><ul>${list}</ul></td>`;
  return `<tr${list === '' ? '' : ' class="troubled"'}><th scope="row">${escaped(name)}</th>${tds}${said}</tr>`;
}

const table = (caption: string, columns: readonly string[], rows: readonly Row[]): string => `<table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => `<th scope="col">${column}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(rowHtml).join('\n')}
</tbody>
</table>`;

function factsOf(status: ControllerStatus): readonly (readonly [name: string, value: string])[] {
  const { clock, link, dataset, events, phone, disk } = status;
  return [
    ['Clock', describeClock(clock)],
    ['Cloud', describeLink(link)],
    ['Dataset', describeDataset(dataset)],
    ['Events', `${events.head}, acknowledged up to ${events.acked}`],
    ...(phone === undefined ? [] : [['Phone', describePhone(phone)] as const]),
    ['Disk', describeDisk(disk)],
  ];
}

export function statusPage(status: ControllerStatus): string {
  const { device, building, software, doors, readers } = status;
  const facts = factsOf(status).map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${everySeconds}">
<title>${escaped(device)}: status</title>
<link rel="stylesheet" href="${statusStylePath}">
</head>
<body>
<main>
<h1>${escaped(device)} in ${escaped(building)}</h1>
${table('Doors', ['Door', 'Mode', 'Lock', 'Contact', 'To look after'], doors.map(doorRow))}
${readers === undefined ? '' : table('Readers', ['Reader', 'Door', 'State', 'Device', 'To look after'], readers.map(readerRow))}
<dl>${facts.join('')}</dl>
<p>${escaped(software)}</p>
</main>
</body>
</html>
`;
}

/** Served on its own: the console's policy takes no style from within a page. */
export const statusStylePath = '/status.css';

/** Pairs of text and background meet WCAG AA (4.5:1); what is wrong is told by words first, and by colour. */
export const statusStyle = `:root { color: #17242b; background: #f4f0e8; font: 1rem/1.45 "Inter", "Noto Sans", "Liberation Sans", Arial, sans-serif; }
body { margin: 0; padding: 1.5rem; }
main { max-width: 64rem; margin: 0 auto; }
h1 { margin: 0 0 1rem; font-size: 1.4rem; }
table { width: 100%; margin: 0 0 1.5rem; border-collapse: collapse; background: #fffdf9; }
caption { padding: 0 0 0.4rem; font-weight: 700; text-align: left; }
th, td { padding: 0.45rem 0.7rem; border: 1px solid #dcd4c5; text-align: left; vertical-align: top; }
thead th { background: #15323a; color: #fffdf9; }
ul { margin: 0; padding: 0 0 0 1rem; }
.troubled td, .troubled th { background: #fbe9e6; }
.troubled ul { color: #8c1c22; font-weight: 700; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1rem; margin: 0 0 1.5rem; }
dt { font-weight: 700; }
dd { margin: 0; overflow-wrap: anywhere; }
`;
