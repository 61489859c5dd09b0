// Stands in a bundle for a package that is imported there but never called.
export {};
