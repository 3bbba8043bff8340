declare module '@alpinejs/csp' {
  const Alpine: { start(): void; data(name: string, make: (...values: unknown[]) => object): void };
  export default Alpine;
}
