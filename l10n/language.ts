export type Language = 'en' | 'ko';

/** The bundle for a display language such as `ko` or `ko-KR`, or a locale such as `ko_KR.UTF-8`; English where there is none. */
export function languageOf(locale: string | undefined): Language {
  return locale?.toLowerCase().split(/[-_.]/)[0] === 'ko' ? 'ko' : 'en';
}
