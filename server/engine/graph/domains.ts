/** Domains of operators that come from other formats, as their listings write them. */
export const tfliteDomain = 'tflite';
/** TFLite operators that a program brings itself. */
export const tfliteCustomDomain = 'tflite.custom';
