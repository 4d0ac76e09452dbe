import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallsMade, withCall } from '../../controller/core/call/limits.ts';
import { numberRefusal } from '../../controller/core/call/number-policy.ts';
import { planConciergeCall, planResidentCall } from '../../controller/core/call/plan.ts';
import type { Resident } from '../../controller/core/dataset.ts';
import { noon } from '../support/hand-time.ts';
import { aBuilding, aResident } from '../support/rows.ts';

const clock = { state: 'trusted', now: noon } as const;
const [override, phone, work, sister, desk] = [
  '+15145550100',
  '+15145550101',
  '+15145550102',
  '+14165550103',
  '+15145550199',
] as const;

const numbersOf = (plan: ReturnType<typeof planResidentCall>) =>
  plan.kind === 'numbers' ? plan.numbers.map(({ number }) => number) : plan.reason;

describe('whom a call rings', () => {
  const all = { overrideCallNumber: override, phone, escalationNumbers: [work, sister] };

  it('is the override number, the phone, further numbers, the concierge, in this order', () => {
    const plan = planResidentCall(aResident('ann', all), aBuilding({ conciergeNumber: desk }), clock);
    expect(numbersOf(plan)).toEqual([override, phone, work, sister, desk]);
    expect(plan).toMatchObject({
      numbers: [
        { target: 'override' },
        { target: 'phone' },
        { target: 'escalation' },
        { target: 'escalation' },
        { target: 'concierge' },
      ],
    });
  });

  it('is nobody twice', () => {
    const resident = aResident('ann', { ...all, phone: override, escalationNumbers: [desk, work] });
    const plan = planResidentCall(resident, aBuilding({ conciergeNumber: desk }), clock);
    expect(numbersOf(plan)).toEqual([override, desk, work]);
  });

  it('is the concierge where the resident has no number, and nobody where there is none', () => {
    expect(
      numbersOf(planResidentCall(aResident('ann'), aBuilding({ conciergeNumber: desk }), clock)),
    ).toEqual([desk]);
    expect(numbersOf(planResidentCall(aResident('ann'), aBuilding(), clock))).toBe('noNumber');
    expect(numbersOf(planConciergeCall(aBuilding()))).toBe('noNumber');
  });

  it('leaves out numbers that must not be dialled', () => {
    const resident = aResident('ann', { phone: '+19005550100', escalationNumbers: ['911', sister] });
    expect(numbersOf(planResidentCall(resident, aBuilding(), clock))).toEqual([sister]);
    const abroad = aResident('ann', { phone: '+33123456789' });
    expect(numbersOf(planResidentCall(abroad, aBuilding({ callCountries: ['+1'] }), clock))).toBe('noNumber');
  });

  it('leaves out what is no number, says how many, and goes on to the next', () => {
    const resident = aResident('ann', {
      ...all,
      phone: '416-555-CALL',
      overrideCallNumber: '+14165550100,9',
    });
    const plan = planResidentCall(resident, aBuilding(), clock);
    expect(numbersOf(plan)).toEqual([work, sister]);
    expect(plan.leftOut).toBe(2);
    const none = planResidentCall(aResident('ann', { phone: 'home' }), aBuilding(), clock);
    expect(none).toEqual({ kind: 'refused', reason: 'noNumber', leftOut: 1 });
  });

  it.each<[string, Partial<Resident>, number]>([
    ['each once, however often it stands there', { phone: 'home', escalationNumbers: ['home', '911'] }, 3],
    ['the concierge’s too', { phone }, 1],
    [
      'in quiet hours the concierge’s alone',
      { phone: 'home', doNotDisturb: [{ days: [1], from: '11:00', to: '13:00' }] },
      1,
    ],
  ])('counts of the numbers that this call would have rung: %s', (_, row, leftOut) => {
    const plan = planResidentCall(aResident('ann', row), aBuilding({ conciergeNumber: 'desk' }), clock);
    expect(plan.leftOut).toBe(leftOut);
  });

  describe('in the resident’s quiet hours', () => {
    const quiet = { ...all, doNotDisturb: [{ days: [1], from: '11:00', to: '13:00' }] };

    it('is the concierge alone, or nobody', () => {
      const resident = aResident('ann', quiet);
      expect(numbersOf(planResidentCall(resident, aBuilding({ conciergeNumber: desk }), clock))).toEqual([
        desk,
      ]);
      expect(numbersOf(planResidentCall(resident, aBuilding(), clock))).toBe('doNotDisturb');
    });

    it.each<[string, string]>([
      ['2026-06-15T14:59:59.999Z', 'rings'],
      ['2026-06-15T15:00:00.000Z', 'doNotDisturb'],
      ['2026-06-15T16:59:59.999Z', 'doNotDisturb'],
      ['2026-06-15T17:00:00.000Z', 'rings'],
      ['2026-06-16T16:00:00.000Z', 'rings'],
    ])('which are the building’s local time: %s', (time, expected) => {
      const plan = planResidentCall(aResident('ann', quiet), aBuilding(), {
        state: 'held',
        now: Date.parse(time),
      });
      expect(plan.kind === 'numbers' ? 'rings' : plan.reason).toBe(expected);
    });

    it('rings all the same while nobody knows what time it is', () => {
      const plan = planResidentCall(aResident('ann', quiet), aBuilding(), { state: 'unknown', now: noon });
      expect(plan.kind).toBe('numbers');
    });
  });
});

describe('a number', () => {
  it.each<[string, readonly string[] | undefined, string | undefined]>([
    ['+14165550100', undefined, undefined],
    ['+14165550100', ['+1'], undefined],
    ['+33123456789', ['+1'], 'country'],
    ['+33123456789', ['+1', '+33'], undefined],
    ['201', ['+1'], undefined],
    ['911', undefined, 'emergency'],
    ['112', undefined, 'emergency'],
    ['999', undefined, 'emergency'],
    ['+19115550100', undefined, 'emergency'],
    ['+14115550100', undefined, 'emergency'],
    ['+19005550100', ['+1'], 'premium'],
    ['+14169765500', ['+1'], 'premium'],
    ['+33899123456', undefined, 'premium'],
    ['+449001234567', undefined, 'premium'],
    ['+881612345678', undefined, 'premium'],
    ['+97912345678', undefined, 'premium'],
    ['+870776123456', undefined, 'premium'],
    ['+883510001234567', undefined, 'premium'],
    ['+447012345678', undefined, 'premium'],
    ['+34806123456', undefined, 'premium'],
    ['+39899123456', undefined, 'premium'],
    ['+390899123456', undefined, undefined],
    ['+3290012345', undefined, 'premium'],
    ['+3292123456', undefined, undefined],
    ['+61190123456', undefined, 'premium'],
    ['15', undefined, 'emergency'],
    ['17', undefined, 'emergency'],
    ['18', undefined, 'emergency'],
    ['9911', undefined, 'emergency'],
    ['8911', undefined, 'emergency'],
    ['9112', undefined, 'emergency'],
    ['0112', undefined, 'emergency'],
    ['91125', undefined, 'emergency'],
    ['116117', undefined, 'emergency'],
    ['16', undefined, undefined],
    ['1120', undefined, undefined],
    ['2112', undefined, undefined],
    ['1161', undefined, undefined],
    ['118', undefined, 'emergency'],
    ['118118', ['+44'], 'premium'],
    ['118218', ['+33'], 'premium'],
    ['11880', ['+49'], 'premium'],
    ['11811', undefined, 'premium'],
    ['1180', undefined, undefined],
    ['211811', undefined, undefined],
    ['00112', undefined, 'emergency'],
    ['99911', undefined, 'emergency'],
    ['88911', undefined, undefined],
    ['061', undefined, 'emergency'],
    ['10111', undefined, 'emergency'],
    ['+17005550100', undefined, 'premium'],
    ['+14165551212', undefined, 'premium'],
    ['+498001234567', undefined, undefined],
    ['+491801234567', undefined, 'premium'],
    ['+497001234567', undefined, 'premium'],
    ['+4409001234567', undefined, 'premium'],
    ['+330899123456', undefined, 'premium'],
    ['+35315123456', undefined, undefined],
    ['+351707123456', undefined, 'premium'],
    ['+358600123456', undefined, 'premium'],
    ['+46900123456', undefined, 'premium'],
    ['+4690123456', undefined, undefined],
    ['+4782012345', undefined, 'premium'],
    ['+48701234567', undefined, 'premium'],
    ['+420906123456', undefined, 'premium'],
    ['+81990123456', undefined, 'premium'],
    ['+6490012345', undefined, 'premium'],
    ['+6493012345', undefined, undefined],
  ])('%s, where %j may be called: %s', (number, countries, refusal) => {
    expect(numberRefusal(number, countries)).toBe(refusal);
  });

  it.each([
    ['+1011881612345', 'an international call behind +1'],
    ['+11900555010', 'a 1 behind +1'],
    ['+7810123456789', undefined],
    ['+7108812345678', 'Russia’s 8 10'],
    ['+33008816123456', 'an international call behind +33'],
    ['+35300881612345', 'an international call behind +353'],
    ['+390612345678', undefined],
    ['+22507123456', undefined],
    ['+33100123456', undefined],
  ])(
    'whose country code has dialling digits behind it (%s: %s) is refused wherever its country may be called',
    (number, what) => {
      const countries = ['+1', '+7', '+33', '+353', '+39', '+225'];
      expect(numberRefusal(number, countries)).toBe(what === undefined ? undefined : 'prefix');
    },
  );

  it('is refused unless it is written as one: what a toll fraud would hide in it gets no further', () => {
    const bare = ['+14165550100', '204'];
    const signs = [
      ',',
      'p',
      'P',
      'w',
      'W',
      ';',
      '?',
      '@',
      '%',
      '&',
      '#',
      '*',
      ' ',
      '\t',
      '\0',
      '\u200b',
      '\u202e',
    ];
    const hidden = [
      ...bare.flatMap((number) =>
        signs.flatMap((sign) => [number + sign, `${number}${sign}9`, sign + number]),
      ),
      ...bare.flatMap((number) => [`${number}\n`, `${number}\r\nX: y`, `${number};isub=9`, `${number}?X=y`]),
      ...['٢٠٤', '२०४', '２０４', '＋14165550100', '+1416５550100', '0014165550100', '01114165550100'],
      ...['', '+', '1', '++14165550100', '1+4165550100', '+14165550100+', 'sip:204@evil.example', '*72'],
      ...['+0416555010', '+123456', '+1234567890123456', '1234567', 'tel:204', '204%40evil.example'],
    ];
    for (const number of hidden)
      expect([number, numberRefusal(number, undefined)]).toEqual([number, 'malformed']);
  });

  it('is dialled only if it is a plus and digits, or 2 to 6 digits, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[+\d,;@%pw]{1,20}$/)), (text) => {
        if (numberRefusal(text, undefined) === undefined)
          expect(text).toMatch(/^(?:\+[1-9][0-9]{6,14}|[0-9]{2,6})$/);
      }),
    );
  });
});

describe('how often a console may call', () => {
  const minute = 60_000;
  const hour = 60 * minute;
  const calls = (times: readonly number[]): CallsMade =>
    times.reduce<CallsMade>((made, at) => withCall(made, at) ?? made, []);

  it('is six times a minute', () => {
    const six = calls([0, 1, 2, 3, 4, 5]);
    expect(withCall(six, 59_999)).toBeUndefined();
    expect(withCall(six, minute)).toHaveLength(7);
  });

  it('is three hundred times in any 24 hours, and then once in five minutes', () => {
    const day = calls(Array.from({ length: 300 }, (_, index) => index * 15_000));
    expect(day).toHaveLength(300);
    const lastAt = day.at(-1) ?? 0;
    expect(withCall(day, lastAt + 5 * minute - 1)).toBeUndefined();
    expect(withCall(day, lastAt + 5 * minute)).toHaveLength(301);
    expect(withCall(day, lastAt + 24 * hour)).toEqual([lastAt + 24 * hour]);
  });

  it('is never more than six times a minute, nor remembered for longer than needed, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30 * hour), { maxLength: 500 }), (times) => {
        const made = calls(times.toSorted((a, b) => a - b));
        expect(made.length).toBeLessThanOrEqual(300 + (24 * hour) / (5 * minute));
        for (const [index, at] of made.entries()) {
          expect((made[index + 6] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(minute);
        }
      }),
    );
  });
});
