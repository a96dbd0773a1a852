/* cli_case.h - what the files of `kontora case` share. */
#ifndef CLI_CASES_CLI_CASE_H
#define CLI_CASES_CLI_CASE_H

#include "cli/cli_ask.h"
#include "cli/cli_show.h"

/* What the server says of the case that words[1] names, whichever service has it: GET of its path
 * and this ending. service_out may be NULL. */
int cli_case_find(struct command_line *line, const char *ending, const char **service_out,
                  const struct json **answer_out, struct text *text_out);

/* With --json the answer as it came; else false. */
bool cli_case_shows_json(const struct command_line *line, struct text answer);

/* retry, skip, edit, move, cancel: the verb is words[0]. */
int cli_case_mend(struct command_line *line);

int cli_case_forget(struct command_line *line);

#endif
