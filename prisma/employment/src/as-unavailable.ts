import { unavailableDatabase } from '@tributary/database';

export { isContention } from '@tributary/database';

/** An error that says the employment database cannot serve now becomes UNAVAILABLE; any other stays what it is. */
export const asUnavailable = unavailableDatabase('employment');
