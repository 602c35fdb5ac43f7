import Link from 'next/link'
import { Dropdown } from '#components/ui/dropdown.tsx'
import { DROPDOWN_ITEM } from '#components/ui/dropdown-item.ts'
import { Icon } from '#components/ui/icon.tsx'
import { AuthForm } from './auth-form.tsx'

type AccountMenuProps = {
  readonly name: string
  readonly upn: string | null
  readonly initials: string
  readonly words: { readonly account: string; readonly calendar: string; readonly signOut: string }
}

/** The menu with who is signed in, and sign-out. */
export function AccountMenu({ name, upn, initials, words }: AccountMenuProps) {
  return (
    <Dropdown
      place="below"
      faceClass="ml-1 flex cursor-pointer items-center gap-[9px] whitespace-nowrap rounded-full p-1 pr-2 font-medium text-control hover:bg-sunken max-phone:pr-1"
      face={
        <>
          <span
            className="grid size-7.5 flex-none place-items-center rounded-full bg-accent-soft font-semibold text-accent text-caption leading-none tracking-[0.02em]"
            aria-hidden="true"
          >
            {initials}
          </span>
          <span className="vh">{words.account}</span>
          <span className="max-desk:hidden" aria-hidden="true">
            {name}
          </span>
        </>
      }
    >
      <div className="min-w-59">
        <div className="mb-1.5 border-b border-line px-3 pt-2.5 pb-3 wrap-anywhere">
          <div className="font-semibold">{name}</div>
          {upn && <div className="small mute">{upn}</div>}
        </div>
        <Link
          href="/calendar"
          className={`${DROPDOWN_ITEM} text-ink no-underline`}
          prefetch={false}
        >
          <Icon name="clock" className="text-ink3" />
          {words.calendar}
        </Link>
        <AuthForm to="signout" next="/signin?left=1">
          <button type="submit" className={DROPDOWN_ITEM}>
            <Icon name="leave" className="text-ink3" />
            {words.signOut}
          </button>
        </AuthForm>
      </div>
    </Dropdown>
  )
}
