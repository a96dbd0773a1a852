/* login_file.h - what `kontora login` keeps for its user alone: who he is where.
 *
 * $XDG_CONFIG_HOME/kontora/login.json (~/.config when that is not set), mode 0600.
 */
#ifndef CLI_LOGIN_LOGIN_FILE_H
#define CLI_LOGIN_LOGIN_FILE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

struct login {
    struct text address;
    struct text access;
    struct text refresh;
    int64_t expires_at; /* of the access, wall ms */
};

/* Where it is; NO_TEXT: there is no home. */
struct text login_path(struct arena *arena);

/* OK, ABSENT, MALFORMED (damaged, or readable by others), UNAVAILABLE. */
NODISCARD enum status login_read(struct arena *arena, struct text path, struct login *login_out);

/* Beside it first, so that it is never there in part. */
NODISCARD enum status login_write(struct arena *arena, struct text path, const struct login *login);

#endif
