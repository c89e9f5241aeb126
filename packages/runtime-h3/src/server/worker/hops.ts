/**
 * Header with the ids of the processes that have passed a request on. A process that finds its own
 * id serves the request itself. Otherwise, two servers that name each other would pass the request
 * back and forth without end.
 */
export const HOPS = 'x-gati-hops';
