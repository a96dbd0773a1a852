/* bench_answer.h - just enough of an HTTP/1.1 answer to know its status and where it ends. */
#ifndef CLI_BENCH_BENCH_ANSWER_H
#define CLI_BENCH_BENCH_ANSWER_H

#include "base/status.h"
#include "base/text.h"

struct bench_answer {
    int status; /* 100..599 */
    struct text body;
};

/* OK: exactly one whole answer is there. ABSENT: there is more to come. MALFORMED: it is no answer,
 * its length is not said, or something follows it that nobody asked for. */
NODISCARD enum status bench_answer_read(struct text received, struct bench_answer *answer_out);

#endif
