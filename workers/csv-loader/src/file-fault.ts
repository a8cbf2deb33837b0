/** The file itself is at fault: nothing of it was loaded and nothing is retried. The message is for the uploader. */
export class FileFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FileFault';
  }
}
