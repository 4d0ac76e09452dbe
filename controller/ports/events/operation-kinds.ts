/** The controller itself: its start, its cloud, its disk, its clock. */
import { z } from 'zod';
import type { EventKinds } from './kind.ts';
import { command, count, doorId, problem } from './parts.ts';

const disk = { usedPercent: z.number(), availableBytes: z.number() };
const started = { software: z.string(), simulated: z.array(doorId).readonly() };

export const operationKinds = {
  ControllerStarted: {
    severity: ['info'],
    fields: started,
    when: 'The controller runs.',
    en: 'The controller has started.',
    fr: 'Le contrôleur a démarré.',
  },
  ControllerStopped: {
    severity: ['info'],
    fields: started,
    when: 'The controller was told to end. A crash says nothing.',
    en: 'The controller has been stopped.',
    fr: 'Le contrôleur a été arrêté.',
  },
  Identified: {
    severity: ['notice'],
    fields: { command },
    when: 'The cloud asked which console this is.',
    en: 'The head-end asked this console to show itself.',
    fr: 'Le serveur a demandé à cette console de se signaler.',
  },
  Decommissioned: {
    severity: ['notice'],
    fields: { command },
    when: 'The device leaves the building and wipes itself.',
    en: 'This console has been taken out of the building.',
    fr: 'Cette console a été retirée de l’immeuble.',
  },
  Revoked: {
    severity: ['notice'],
    fields: { table: z.string(), id: z.string(), maxVersion: z.int(), command },
    when: 'A revocation is in force, whatever the dataset still says.',
    en: 'A right was revoked ({table}).',
    fr: 'Un droit a été révoqué ({table}).',
  },
  CloudLinkStale: {
    severity: ['warning'],
    fields: {},
    when: 'No welcome for an hour: nobody knows what has been revoked since.',
    en: 'The cloud has not been heard of for an hour.',
    fr: 'Le serveur n’a pas répondu depuis une heure.',
  },
  CloudLinkFresh: {
    severity: ['notice'],
    fields: {},
    when: 'The end of CloudLinkStale.',
    en: 'The cloud is heard of again.',
    fr: 'Le serveur répond de nouveau.',
  },
  DeviceIdContested: {
    severity: ['alarm'],
    fields: {},
    when: 'The broker closes one connection after the other: another device has this one’s id.',
    en: 'Another device uses the name of this console.',
    fr: 'Un autre appareil utilise le nom de cette console.',
  },
  DatasetRowRefused: {
    severity: ['warning'],
    fields: { table: z.string(), id: z.string(), field: z.string(), problem },
    when: 'A row that its schema refuses: it is kept, and grants nothing.',
    en: 'A row of the dataset cannot be used ({table}): {problem}',
    fr: 'Une ligne des données est inutilisable ({table}) : {problem}',
  },
  DatasetRowsRefused: {
    severity: ['warning'],
    fields: { count: z.int().min(1) },
    when: 'A delta or snapshot has brought more than 100 such rows: how many there are beside those told by DatasetRowRefused. `vestibule doctor` counts them all.',
    en: '{count} more rows of the dataset cannot be used.',
    fr: '{count} autres lignes des données sont inutilisables.',
  },
  SecurityEvent: {
    severity: ['warning'],
    fields: { reason: z.string(), message: z.string().describe('its topic’s last level'), count },
    when: 'Messages that changed nothing: forged, mis-addressed, malformed. Once per reason and minute.',
    en: '{count} messages were refused ({reason}).',
    fr: '{count} messages ont été refusés ({reason}).',
  },
  ClockChanged: {
    severity: ['info', 'notice', 'warning', 'alarm'],
    fields: { problem },
    when: 'The clock was set, doubted or put back.',
    en: 'The clock has changed: {problem}',
    fr: 'L’horloge a changé : {problem}',
  },
  StorageFault: {
    severity: ['alarm'],
    fields: { database: z.enum(['replica.db', 'events.db']), problem },
    when: 'A database could not be used and was begun anew.',
    en: 'The database {database} had to be begun anew: {problem}',
    fr: 'La base {database} a dû être recommencée : {problem}',
  },
  DiskSpaceLow: {
    severity: ['alarm'],
    fields: disk,
    when: 'The disk is 80 % full.',
    en: 'The disk is {usedPercent} % full.',
    fr: 'Le disque est plein à {usedPercent} %.',
  },
  DiskSpaceBack: {
    severity: ['notice'],
    fields: disk,
    when: 'The end of DiskSpaceLow.',
    en: 'The disk has room again ({usedPercent} % full).',
    fr: 'Le disque a de nouveau de la place ({usedPercent} % plein).',
  },
  TelemetryShed: {
    severity: ['warning'],
    fields: {
      counts: z
        .record(z.string(), count)
        .readonly()
        .describe('how many events of which type were not recorded'),
      refused: count.describe('commits of others that the disk refused'),
    },
    when: 'The disk was nearly full and is no longer.',
    en: 'Some events were not recorded while the disk was full.',
    fr: 'Certains événements n’ont pas été enregistrés pendant que le disque était plein.',
  },
} as const satisfies EventKinds;
