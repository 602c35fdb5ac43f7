/** After a change the focus goes to the page's heading, since the button that had it may disappear. */
export function focusHeading(): void {
  document.querySelector('h1')?.focus()
}
