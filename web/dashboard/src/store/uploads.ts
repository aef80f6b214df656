/** What a request may hold at most, bytes; the server takes 100 MiB, and its envelope needs some. */
export const REQUEST_BYTES_MAX = 99 * 1024 * 1024;
/** Few enough that the first rows appear while the rest is on its way. */
const FILES_AT_ONCE = 10;

/** The endings that the file picker offers; what has another one can still be dropped, and is told why it fails. */
export const ACCEPTED =
  ".pdf,.docx,.md,.markdown,.mdx,.html,.htm,.xhtml,.txt,.text,.rst,.csv,.tsv,.json,.jsonl,.ndjson";

type Sized = { readonly size: number };

/** Files in the order in which they are sent, and those that no request can hold. */
export function planUpload<F extends Sized>(files: readonly F[]): { batches: F[][]; tooLarge: F[] } {
  const batches: F[][] = [];
  const tooLarge: F[] = [];
  let bytes = 0;
  for (const file of files) {
    if (file.size > REQUEST_BYTES_MAX) {
      tooLarge.push(file);
      continue;
    }
    const batch = batches.at(-1);
    if (batch === undefined || batch.length >= FILES_AT_ONCE || bytes + file.size > REQUEST_BYTES_MAX) {
      batches.push([file]);
      bytes = file.size;
    } else {
      batch.push(file);
      bytes += file.size;
    }
  }
  return { batches, tooLarge };
}
