/** What brings a board into its ROM where no application is left that could: what else a hand would do. */
export interface Rescue {
  /** Looks at the chip. @returns why no application can run there; undefined: one may */
  whyNoApplication(): Promise<string | undefined>;
  /** @returns by what, to be read after `by` */
  intoRom(): Promise<string>;
  /** Lets pins go, once the ROM has answered: some ROMs look at BOOT0 themselves when they start. */
  letGo(): Promise<void>;
}
