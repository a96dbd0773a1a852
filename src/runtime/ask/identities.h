/* identities.h - which services there are to this process: its own, and those whose word it takes.
 *
 * For whoever looks after them; what is believed of whom is trust.h's business. It lives as long as
 * the process runs, and never changes: another key needs another start.
 */
#ifndef RUNTIME_ASK_IDENTITIES_H
#define RUNTIME_ASK_IDENTITIES_H

#include "runtime/ask/trust.h"
#include "runtime/service.h"

struct identities {
    unsigned char public_key[PUBLIC_KEY_BYTES]; /* by which others know the services of this one */
    char key_id[KEY_ID_BYTES + 1];
    const struct trust *trust;
    const struct service *const *here; /* that run in this process */
    size_t here_count;
    const struct service *const *known; /* here or elsewhere */
    size_t known_count;
};

#endif
