type Amounts = Readonly<Record<string, unknown>>;

/** As far as it is read; the API server has checked its form. */
export interface LimitRange {
  readonly metadata?: { readonly name?: string };
  readonly spec?: {
    readonly limits?: readonly {
      readonly type?: string;
      readonly max?: Amounts;
      readonly min?: Amounts;
      readonly maxLimitRequestRatio?: Amounts;
    }[];
  };
}

export interface ResourceQuota {
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly scopes?: readonly unknown[]; readonly scopeSelector?: unknown };
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts };
}
