/* unicode_form.h - the one form of a text that looks the same: NFC (Unicode Standard Annex 15).
 *
 * One keyboard sends a letter with its accent as one, another as two; a password must not depend on
 * it.
 */
#ifndef BASE_SECRET_UNICODE_FORM_H
#define BASE_SECRET_UNICODE_FORM_H

#include "base/text.h"

enum { UNICODE_FORM_INPUT_MAX = 512, UNICODE_FORM_BYTES_MAX = 3 * UNICODE_FORM_INPUT_MAX + 4 };

/* How many bytes were written. The text is UTF-8, of at most UNICODE_FORM_INPUT_MAX bytes; of what
 * is not, the bytes as they are. */
size_t unicode_form(struct text text, char out[UNICODE_FORM_BYTES_MAX]);

#endif
