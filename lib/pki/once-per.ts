/**
 * Gives a function that makes a value for each object once and keeps it for as long as the object lives. For
 * values that depend on nothing else, since nothing makes them anew.
 */
export function oncePer<K extends object, V extends object>(make: (key: K) => V): (key: K) => V {
  const kept = new WeakMap<K, V>()
  return (key) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make(key)
    kept.set(key, made)
    return made
  }
}
