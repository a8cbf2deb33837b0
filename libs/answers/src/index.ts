export { type AnswerCache, type AnswerKind, type AnswerRow, openAnswerCache } from './answer-cache.ts';
export { type AnswerReader, createAnswerReader } from './answer-reader.ts';
export { refreshAnswers } from './refresh-answers.ts';
