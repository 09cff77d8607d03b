/** What takes the application into the ROM where it offers no DFU_DETACH. */
export interface ForeignTrigger {
  /** To be read after `by`: `'boot' on the console`. */
  readonly words: string;
  pull(): Promise<void>;
}
