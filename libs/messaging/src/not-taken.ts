import { AppError } from '@tributary/core';

/** UNAVAILABLE: RabbitMQ has the message and will not keep it. `returned` where no queue is bound to its routing key. */
export class NotTaken extends AppError {
  readonly how: 'returned' | 'refused';

  constructor(how: 'returned' | 'refused', message: string, options?: { cause?: unknown }) {
    super('UNAVAILABLE', message, options);
    this.how = how;
  }
}
