/** What is to be done about a database that answered that it cannot be read (DESIGN section 8). */

/** Checks that may find nothing wrong, one after the other, before the answer is taken for more than a passing fault. */
const doubtsAllowed = 3;

/** @param doubts how many checks in a row have found nothing since the faults began, this one included. */
export const mustBeginAnew = (soundness: 'sound' | 'unreadable' | 'refused', doubts: number): boolean =>
  soundness === 'unreadable' || doubts >= doubtsAllowed;
