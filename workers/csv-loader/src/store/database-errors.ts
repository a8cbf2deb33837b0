export { asUnavailable, isContention } from '@tributary/employment-db';
