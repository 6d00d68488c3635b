/** Parts of a workflow id that become folders; the object store takes 900 characters of path. */
const FOLDERS_AT_MOST = 6;

/** A workflow id as a folder: ids are free text, paths are not. Where two must not meet, the run id goes beside it. */
export function exportFolder(exportId: string): string {
  return exportId
    .split('/')
    .slice(0, FOLDERS_AT_MOST)
    .map(
      (segment) =>
        segment
          .replace(/[^A-Za-z0-9._-]/g, '_')
          .replace(/^\.+/, '_')
          .slice(0, 100) || '_',
    )
    .join('/');
}
