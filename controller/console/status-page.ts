/** `/status`: how the controller and its doors stand, for whoever looks after them. One page without a script; it loads itself anew. */
import type { ControllerStatus } from '../ports/lobby.ts';

const everySeconds = 2;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

type DoorLine = ControllerStatus['doors'][number];

function notesOf({ simulated, alarms, problems, fault }: DoorLine): readonly string[] {
  return [
    ...(simulated ? ['simulated'] : []),
    ...alarms.map((alarm) => `alarm: ${alarm}`),
    ...(fault === undefined ? [] : [`fault: ${fault}`]),
    ...problems,
  ];
}

function doorRow(door: DoorLine): string {
  const { id, mode, released, open } = door;
  const contact = open === undefined ? 'unknown' : open ? 'open' : 'closed';
  const cells = [mode, released ? 'released' : 'secured', contact, notesOf(door).join('; ')];
  return `<tr><th scope="row">${escaped(id)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
}

function factsOf({
  clock,
  link,
  events,
  disk,
  dataset,
}: ControllerStatus): readonly (readonly [string, string])[] {
  const cloud = link.session ? 'in session' : link.connected ? 'connected, no session yet' : 'down';
  return [
    [
      'Cloud',
      `${cloud}${link.stale === true ? ', stale' : ''}${link.problem === undefined ? '' : `: ${link.problem}`}`,
    ],
    ['Clock', `${clock.state}, ${clock.time}`],
    ['Dataset', dataset.fault ?? `epoch ${dataset.epoch}, seq ${dataset.seq}`],
    ['Events', `${events.head}, acknowledged up to ${events.acked}`],
    ['Disk', `${disk.usedPercent} % used`],
  ];
}

export function statusPage(status: ControllerStatus): string {
  const { device, building, software, doors } = status;
  const facts = factsOf(status).map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${everySeconds}">
<title>${escaped(device)}: status</title>
</head>
<body>
<main>
<h1>${escaped(device)} in ${escaped(building)}</h1>
<table>
<caption>Doors</caption>
<thead><tr><th scope="col">Door</th><th scope="col">Mode</th><th scope="col">Lock</th><th scope="col">Contact</th><th scope="col">Notes</th></tr></thead>
<tbody>
${doors.map(doorRow).join('\n')}
</tbody>
</table>
<dl>${facts.join('')}</dl>
<p>${escaped(software)}</p>
</main>
</body>
</html>
`;
}
