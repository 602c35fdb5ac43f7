/** Which operating system a text speaks of: the directory's word for it, or a browser's. */

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

/** The system a browser runs on, by its User-Agent. An iPad that asks for desktop pages says Mac. */
export function systemOfBrowser(userAgent: string): System {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios'
  if (/Android/.test(userAgent)) return 'android'
  if (/CrOS/.test(userAgent)) return 'chromeos'
  if (/Windows/.test(userAgent)) return 'windows'
  if (/Macintosh|Mac OS X/.test(userAgent)) return 'macos'
  if (/Linux|X11/.test(userAgent)) return 'linux'
  return 'other'
}

/** The form of a device, as far as the directory tells. */
export type Form = 'laptop' | 'screen' | 'phone' | 'tablet'

/** Guesses the form from system and model; a wrong guess only changes a picture. */
export function formOf(system: System, model: string | null): Form {
  const text = (model ?? '').toLowerCase()
  if (/ipad|tab|surface (?:go|pro)/.test(text)) return 'tablet'
  if (system === 'ios' || system === 'android') return 'phone'
  if (/desktop|tower|workstation|optiplex|precision|imac|mac ?mini|mac ?pro|server/.test(text)) {
    return 'screen'
  }
  if (system === 'linux' && text === '') return 'screen'
  return 'laptop'
}
