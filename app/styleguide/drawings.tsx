import { PICTURE_PLACES, PICTURE_STEPS, StepPicture } from '#components/pictures/step-picture.tsx'
import { DevicePicture } from '#components/ui/device-picture.tsx'
import { ICON_NAMES, Icon } from '#components/ui/icon.tsx'
import { Mark, Seal } from '#components/ui/mark.tsx'
import { Section } from './section.tsx'

const SYSTEMS = ['Windows', 'macOS', 'Linux', 'iOS', 'iPadOS', 'Android', 'ChromeOS', 'Plan 9']

/** What is drawn. */
export function Drawings() {
  return (
    <>
      <Section name="Icon" use="Beside a text, never the only carrier of a meaning.">
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(120px,1fr))] gap-3">
          {ICON_NAMES.map((name) => (
            <li key={name} className="flex items-center gap-2 text-small">
              <Icon name={name} />
              <Icon name={name} small />
              {name}
            </li>
          ))}
        </ul>
      </Section>
      <Section name="DevicePicture, Mark, Seal" use="Form and system; the key.">
        <div className="row">
          {SYSTEMS.map((os) => (
            <DevicePicture key={os} os={os} model={null} />
          ))}
          <DevicePicture os="Windows" model={null} large />
          <Mark className="h-12" />
          <Seal />
        </div>
      </Section>
      <Section name="StepPicture" use="One step on one kind of machine, the words beside it.">
        {PICTURE_PLACES.map((place) => (
          <div key={place}>
            <h3>{place}</h3>
            <ul className="grid grid-cols-[repeat(auto-fill,minmax(110px,1fr))] gap-3">
              {PICTURE_STEPS.map((step) => (
                <li key={step} className="text-caption">
                  <StepPicture place={place} step={step} className="w-full" />
                  {step}
                </li>
              ))}
            </ul>
          </div>
        ))}
      </Section>
    </>
  )
}
