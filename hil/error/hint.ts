/** Advice for one error code, kept apart from the code that throws so that both stay short. */
export interface Hint {
  readonly code: number;
  /** When the code alone does not decide; sees the error's context. */
  readonly when?: (context: Readonly<Record<string, unknown>>) => boolean;
  /** One thing to do, as an imperative sentence. */
  readonly advice: string;
}
