import { z } from 'zod';

/** Items of one page of a list, and how many pages there are. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly pageCount: number;
}

/** Largest page that the lists of telephony, data tables and campaigns give. Source: the calls' documentation ("pageSize ≤ 100"). */
export const LARGEST_PAGE = 100;

const Count = z.number().int().nonnegative().nullish().catch(null);

/** What a list says of its pages. */
interface Paged<A> {
  readonly entities: readonly A[];
  readonly pageCount?: number | null | undefined;
  readonly pageSize?: number | null | undefined;
  readonly total?: number | null | undefined;
  readonly nextUri?: string | null | undefined;
}

/** A list of which one page comes. @param entity what is needed of each of its items. */
export function pageAnswer<T extends z.ZodType>(entity: T) {
  return z.object({
    entities: z.array(entity),
    pageCount: Count,
    pageSize: Count,
    total: Count,
    nextUri: z.string().nullish().catch(null),
  });
}

/**
 * One page, and how many there are: what the answer says, or else one more while pages are full. A page too many is an empty one; a
 * page too few would lose items without a word.
 */
export function pageOf<A, T>(answer: Paged<A>, pageNumber: number, item: (entity: A) => T | null): Page<T> {
  const items = answer.entities.map(item).filter((one) => one !== null);
  return { items, pageCount: Math.max(pageCountOf(answer, pageNumber), pageNumber) };
}

function pageCountOf({ entities, pageCount, pageSize, total, nextUri }: Paged<unknown>, pageNumber: number): number {
  if (pageCount != null) return pageCount;
  const size = pageSize || LARGEST_PAGE;
  if (total != null) return Math.ceil(total / size);
  return pageNumber + (nextUri || entities.length >= size ? 1 : 0);
}
