/**
 * Keys whose private half is printed in a public document, by RFC 7638 thumbprint, with that document.
 * People paste such keys into scripts, and CAs must refuse known compromised keys (CA/Browser Forum
 * Baseline Requirements, section 6.1.1.3). Each private key was checked to belong to its public key, except
 * for the RSA key of RFC 7517, whose thumbprint stands in RFC 7638 section 3.1.
 */
export const PUBLISHED_KEYS: ReadonlyMap<string, string> = new Map([
  ['IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8', 'RFC 7515 appendix A.2'],
  ['oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U', 'RFC 7515 appendix A.3'],
  ['u5YUSjQ2-2chBi51NSk3t3g7IM4o2KYcnPqPtCNGd3U', 'RFC 7515 appendix A.4'],
  ['cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s', 'RFC 7517 appendix A.2'],
  ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs', 'RFC 7517 appendix A.2'],
  ['dHri3SADZkrush5HU_50AoRhcKFryN-PI6jPBtPL55M', 'RFC 7520 section 3.2'],
  ['9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI', 'RFC 7520 section 3.4'],
  ['Fa5JHFzFB8yHv0Dk3rGTgtCQPXPr3q8midyfylf8CUU', 'RFC 9500 section 2.1'],
  ['LIstkoCvByn4jk8oZPvigQkzTzO9UwnGnE-VMlkZvYQ', 'RFC 9500 section 2.3'],
  ['TLOWIUBG7ALE2U13WMeEAErmpD48gp8MllKbX_zBARE', 'RFC 9500 section 2.3'],
  ['uG5zwmkbOsp4CWXAXpcCwS_BBebz0EP871Y1aRTdY9E', 'RFC 9500 section 2.3'],
])
