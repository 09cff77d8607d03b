/**
 * The seam below serialport's stream, as @serialport/bindings-interface 1.2 describes it. Written out here because that package
 * ships types that NodeNext resolution does not find.
 */
export interface BindingOpenOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits?: 5 | 6 | 7 | 8;
  readonly parity?: string;
  readonly stopBits?: 1 | 1.5 | 2;
  readonly rtscts?: boolean;
  readonly xon?: boolean;
  readonly xoff?: boolean;
  readonly xany?: boolean;
  readonly hupcl?: boolean;
  readonly lock?: boolean;
}

export interface BindingFlags {
  readonly brk?: boolean;
  readonly dtr?: boolean;
  readonly rts?: boolean;
}

export interface BindingPort {
  readonly openOptions: Required<BindingOpenOptions>;
  readonly isOpen: boolean;
  close(): Promise<void>;
  /** Resolves with at least one byte. At close it must reject with `canceled: true`; any other error counts as a lost device. */
  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }>;
  write(bytes: Uint8Array): Promise<void>;
  update(options: { readonly baudRate: number }): Promise<void>;
  set(flags: BindingFlags): Promise<void>;
  get(): Promise<{ cts: boolean; dsr: boolean; dcd: boolean }>;
  getBaudRate(): Promise<{ baudRate: number }>;
  flush(): Promise<void>;
  drain(): Promise<void>;
}

export interface Binding {
  list(): Promise<never[]>;
  open(options: BindingOpenOptions): Promise<BindingPort>;
}
