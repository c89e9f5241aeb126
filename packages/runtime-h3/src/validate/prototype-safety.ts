interface RecordConstructor {
  new <T>(): Record<string, T>;
}

/**
 * Object without a prototype that the engine still keeps in fast mode: no name in a request has a
 * meaning for it.
 */
export const NullObject: RecordConstructor = /* @__PURE__ */ (() => {
  function Empty(): void {}
  Empty.prototype = Object.freeze(Object.create(null));
  return Empty as unknown as RecordConstructor;
})();

/** Returns whether a name reaches a prototype. Each part of a request that has names rejects it. */
export function isPrototypeName(name: string): boolean {
  return (
    name === '__proto__' ||
    (name.length > 11 &&
      /(?:^|[.[\]'"])(?:__proto__|constructor[\]'"]*[.[]+['"]?prototype)(?:$|[.[\]'"])/.test(name))
  );
}
