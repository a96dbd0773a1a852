/* cli_ask.h - commands that ask the running server, through the admin socket of its data directory.
 */
#ifndef CLI_CLI_ASK_H
#define CLI_CLI_ASK_H

#include "base/json.h"
#include "cli/cli.h"

struct cli_question {
    const char *method;
    struct text path; /* with the query */
    struct text body; /* JSON; NO_TEXT: none */
    struct text if_match;
    bool may_be_absent; /* 404 is an answer too: EXIT_OK, and no JSON */
};

/* EXIT_OK with the answer as JSON (NULL when it has no body) and as text. Otherwise it has said
 * what is wrong, field by field, and gives the exit code. */
int cli_ask(struct command_line *line, const struct cli_question *question,
            const struct json **answer_out, struct text *text_out);

/* "a%20b": for the value of a query. */
struct text cli_escape(struct arena *arena, struct text value);

#endif
