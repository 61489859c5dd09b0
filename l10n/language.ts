export type Language = 'en' | 'ko';

/** The bundle for a VS Code display language such as `ko`, `ko-KR` or `en-gb`; English where there is none. */
export function languageOf(locale: string | undefined): Language {
  return locale?.toLowerCase().split('-')[0] === 'ko' ? 'ko' : 'en';
}
