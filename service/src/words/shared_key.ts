/** Repositories that open with one key file: whoever loses it loses them all. */
export function sharedKeys(
  repositories: readonly {name: string; password_file: string}[],
): {message: string; remedy: string}[] {
  return [...Map.groupBy(repositories, ({password_file: file}) => file)]
    .filter(([, sharing]) => sharing.length > 1)
    .map(([file, sharing]) => ({
      message: `The repositories ${sharing.map(({name}) => name).join(' and ')} open with the same key file, ${file}`,
      remedy:
        'Give each a key of its own, each with its own recovery sheet: one key that is lost, or read by others, is then not all of them.',
    }));
}
