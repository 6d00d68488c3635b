/** Query of a list in numbered pages. */
export interface PageQuery {
  readonly pageSize?: string;
  readonly pageNumber?: string;
}

const DEFAULT_PAGE_SIZE = 25;
/** Larger pages are cut to this. Source: "The max that will be returned is 100" of campaigns; for the others a guess. */
const MAX_PAGE_SIZE = 100;

/** One page of a list, with the fields that Genesys's numbered pages have. `path` is the list's own. */
export function pageOf<T>(all: readonly T[], query: PageQuery, path: string, entityOf: (one: T) => unknown) {
  const pageSize = Math.min(atLeastOne(query.pageSize, DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
  const pageNumber = atLeastOne(query.pageNumber, 1);
  const pageCount = Math.ceil(all.length / pageSize);
  const uri = (page: number): string => `${path}?pageSize=${pageSize.toString()}&pageNumber=${page.toString()}`;
  return {
    entities: all.slice((pageNumber - 1) * pageSize, pageNumber * pageSize).map(entityOf),
    pageSize,
    pageNumber,
    total: all.length,
    firstUri: uri(1),
    lastUri: uri(Math.max(pageCount, 1)),
    selfUri: uri(pageNumber),
    ...(pageNumber < pageCount ? { nextUri: uri(pageNumber + 1) } : {}),
    ...(pageNumber > 1 ? { previousUri: uri(pageNumber - 1) } : {}),
    pageCount,
  };
}

function atLeastOne(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 ? value : otherwise;
}
