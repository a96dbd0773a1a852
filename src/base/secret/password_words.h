/* password_words.h - the words that most common passwords are made of. */
#ifndef BASE_SECRET_PASSWORD_WORDS_H
#define BASE_SECRET_PASSWORD_WORDS_H

#include <stddef.h>

/* In small letters; digits and marks around them, and letters in disguise, are not counted. */
extern const char *const password_words[];
extern const size_t password_word_count;

#endif
