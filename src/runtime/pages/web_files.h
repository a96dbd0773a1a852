/* web_files.h - the web client as it is built into the program: web/build.mjs writes the table. */
#ifndef RUNTIME_PAGES_WEB_FILES_H
#define RUNTIME_PAGES_WEB_FILES_H

#include <stddef.h>

struct web_file {
    const char *path;         /* "/assets/main-5HQ2MVCK.js"; "/" is the page that loads the rest */
    const char *content_type; /* with its charset */
    const char *etag;         /* of its bytes, quoted */
    const char *begin;
    const char *end;
    const char *packed_begin; /* the same by gzip; NULL: that would not be smaller */
    const char *packed_end;
};

extern const struct web_file web_files[];
extern const size_t web_file_count;

#endif
