import type { ComponentChildren } from 'preact';

/** Line icons on a 24 × 24 grid; always beside words, so hidden from screen readers. */
const Icon = ({ children }: { readonly children: ComponentChildren }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {children}
  </svg>
);

export const CheckIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="9.5" />
    <path d="m7.5 12.5 3 3 6-6.5" />
  </Icon>
);

export const CrossIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="9.5" />
    <path d="m8.5 8.5 7 7m0-7-7 7" />
  </Icon>
);

export const WarningIcon = () => (
  <Icon>
    <path d="M12 3.5 2.5 20h19L12 3.5Z" />
    <path d="M12 10v4.5m0 2.7v.1" />
  </Icon>
);

export const LockIcon = () => (
  <Icon>
    <rect x="5" y="11" width="14" height="9.5" rx="2" />
    <path d="M8 11V8a4 4 0 0 1 8 0v3" />
  </Icon>
);

export const UnlockIcon = () => (
  <Icon>
    <rect x="5" y="11" width="14" height="9.5" rx="2" />
    <path d="M8 11V7.5a4 4 0 0 1 7.7-1.5" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="10.5" cy="10.5" r="6.5" />
    <path d="m15.5 15.5 5 5" />
  </Icon>
);

export const EraseIcon = () => (
  <Icon>
    <path d="M9 5.5h11.5v13H9L3 12l6-6.5Z" />
    <path d="m12 9.5 5 5m0-5-5 5" />
  </Icon>
);

export const WaitIcon = () => (
  <Icon>
    <path class="turning" d="M20.5 12A8.5 8.5 0 1 1 12 3.5" />
  </Icon>
);

export const DoorIcon = () => (
  <Icon>
    <path d="M7 21V5.5A2 2 0 0 1 9 3.5h6a2 2 0 0 1 2 2V21M4 21h16" />
    <path d="M14 12.5v.1" />
  </Icon>
);

const handset =
  'M6.2 3.5h2.6l1.7 4.4-2.1 1.6a13 13 0 0 0 6.1 6.1l1.6-2.1 4.4 1.7v2.6a2.7 2.7 0 0 1-2.9 2.7A16 16 0 0 1 3.5 6.4a2.7 2.7 0 0 1 2.7-2.9Z';

export const PhoneIcon = () => (
  <Icon>
    <path d={handset} />
  </Icon>
);

/** A line that is open: the handset, and the voice in it. */
export const TalkIcon = () => (
  <Icon>
    <path d={handset} />
    <path d="M14 7.3A3.6 3.6 0 0 1 16.9 10M14.2 3.6a7.2 7.2 0 0 1 6.2 6.1" />
  </Icon>
);

export const HangUpIcon = () => (
  <Icon>
    <path d={handset} transform="rotate(135 12 12)" />
  </Icon>
);
