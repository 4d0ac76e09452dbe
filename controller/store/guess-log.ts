import type { Database } from 'better-sqlite3';
import { type GuessBudget, noGuesses } from '../core/guess-budget.ts';

/** The guess budget and the last verdict on the codes' length, one row. Callers hold the transaction. */
export interface GuessLog {
  set(budget: GuessBudget): void;
  budget(): GuessBudget;
  setCodesTooShort(tooShort: boolean): void;
  codesTooShort(): boolean;
}

export function prepareGuessLog(db: Database): GuessLog {
  const set = db.prepare('UPDATE guess_budget SET budget = ?');
  const budget = db.prepare<[], string | null>('SELECT budget FROM guess_budget').pluck();
  const setTooShort = db.prepare('UPDATE guess_budget SET codes_too_short = ?');
  const tooShort = db.prepare<[], 0 | 1>('SELECT codes_too_short FROM guess_budget').pluck();
  return {
    set: (next) => void set.run(JSON.stringify(next)),
    budget() {
      const stored = budget.get() ?? null;
      return stored === null ? noGuesses : (JSON.parse(stored) as GuessBudget);
    },
    setCodesTooShort: (verdict) => void setTooShort.run(verdict ? 1 : 0),
    codesTooShort: () => tooShort.get() === 1,
  };
}
