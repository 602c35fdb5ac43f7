import { NotFoundBody } from '#components/shell/not-found-body.tsx'
import { currentReader } from '#lib/i18n/reader.ts'

/** Within the frame of the layout, which the page for unknown addresses has to bring itself. */
export default async function NotFound() {
  return <NotFoundBody words={(await currentReader()).words.problems} />
}
