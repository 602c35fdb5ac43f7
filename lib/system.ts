/** Operating systems, from the directory's name or from a browser's User-Agent. */

export type System = 'windows' | 'macos' | 'linux' | 'ios' | 'android' | 'chromeos' | 'other'

/** The system that the directory names, such as "Windows", "MacMDM" or "AndroidForWork". */
export function systemOf(os: string): System {
  const text = os.toLowerCase()
  if (text.includes('windows')) return 'windows'
  if (/iphone|ipad|^ios/.test(text)) return 'ios'
  if (text.includes('mac')) return 'macos'
  if (text.includes('android')) return 'android'
  if (text.includes('chrome')) return 'chromeos'
  if (/linux|ubuntu|debian|fedora|red ?hat|suse/.test(text)) return 'linux'
  return 'other'
}

/** Gives the system of a browser by its User-Agent. An iPad that requests desktop pages says Mac. */
export function systemOfBrowser(userAgent: string): System {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios'
  if (/Android/.test(userAgent)) return 'android'
  if (/CrOS/.test(userAgent)) return 'chromeos'
  if (/Windows/.test(userAgent)) return 'windows'
  if (/Macintosh|Mac OS X/.test(userAgent)) return 'macos'
  if (/Linux|X11/.test(userAgent)) return 'linux'
  return 'other'
}

/** Gives the system's common name with version: "Windows 11", "Ubuntu 26.04", "macOS 26.1". */
export function systemName(os: string, version: string | null): string {
  const number = version?.replace(/\s*\(.*$/, '').trim() ?? ''
  switch (systemOf(os)) {
    case 'windows':
      return windowsName(number)
    case 'macos':
      return `macOS ${number}`.trim()
    case 'ios':
      return `${/ipad/i.test(os) ? 'iPadOS' : 'iOS'} ${number}`.trim()
    case 'android':
      return `Android ${number}`.trim()
    case 'chromeos':
      return `ChromeOS ${number}`.trim()
    case 'linux':
      // The directory has a Linux distribution's name in either of the two properties.
      return /^[a-z]/i.test(number) ? number : `${os} ${number}`.trim()
    case 'other':
      return `${os} ${number}`.trim()
  }
}

/** Windows 11 reports version 10.0; its builds begin at 22000. */
function windowsName(version: string): string {
  const build = Number(version.split('.')[2])
  if (!version.startsWith('10.') || !Number.isFinite(build)) return 'Windows'
  return build >= 22_000 ? 'Windows 11' : 'Windows 10'
}

/** Whether a device is a phone or a tablet and the reader's browser is on something else. */
export function onPhone({ os }: { readonly os: string }, browser: System): boolean {
  return isPhone(systemOf(os)) && !isPhone(browser)
}

export function isPhone(system: System): boolean {
  return system === 'ios' || system === 'android'
}

/** The form of a device, as far as the directory shows. */
export type Form = 'laptop' | 'screen' | 'phone' | 'tablet'

/** Guesses the form from system and model; a wrong guess only shows another picture. */
export function formOf(system: System, model: string | null): Form {
  const text = (model ?? '').toLowerCase()
  if (/ipad|tab|surface (?:go|pro)/.test(text)) return 'tablet'
  if (isPhone(system)) return 'phone'
  if (/desktop|tower|workstation|optiplex|precision|imac|mac ?mini|mac ?pro|server/.test(text)) {
    return 'screen'
  }
  if (system === 'linux' && text === '') return 'screen'
  return 'laptop'
}
