interface RecordConstructor {
  new <T>(): Record<string, T>;
}

/**
 * Creates objects without a prototype, on which no name in a request has a special meaning. Unlike
 * `Object.create(null)`, the engine keeps them in fast mode.
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
