declare module '*.cjs' {
  const config: {
    forbidden: import('dependency-cruiser').IForbiddenRuleType[];
    options: import('dependency-cruiser').ICruiseOptions;
  };
  export default config;
}
